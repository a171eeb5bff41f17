"""Text that staff write in the editor: the editor, what it may hold, and its plain words."""
