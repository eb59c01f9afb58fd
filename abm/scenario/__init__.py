"""Interventions: a library as data, and how they reach people and change numbers."""
