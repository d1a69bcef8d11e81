"""Scrum teams: planning, points, epics, sprints, the sprint's board and its numbers (behaviour.md §4).

There is no list of the portal that carries points or epics, so a page is read in two steps: `load` gets
teams, sprints and tasks in at most two requests, `facts` the points of fifty items per request.
"""
