"""Assignments for a class: sheets for nbgrader and Otter, made from the notebooks with solutions.

A sheet holds the exercises of a lesson and the cells that they need, and nothing else: it is graded in the
time that TensorFlow takes to be imported, since no network is trained in it. The lesson itself stays the
place to learn; a sheet is what is handed in. Points, texts, answers and tests come from the lesson's notebook
and from ``checks``; nothing is written twice.
"""
