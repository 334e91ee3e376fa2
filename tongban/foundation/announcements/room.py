from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue


class Room(rooms.Room):
    name = "tongban.foundation.announcements"
    label = "announcements"
    doors = ("actors", "console", "gathering", "ports", "subscriptions")
    queues = (Queue("announcements"),)
