"""Tools with no opinion on payments. Nothing here imports anything else of the app."""
