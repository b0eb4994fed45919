"""Take a pretrained network to a task of your own, and measure whether it helped.

    folder -> Examples -> Modality -> Backbone -> Features -> head -> Model -> Report

Each arrow is a room, a folder beside this file. A room imports only rooms to its left.
"""
