"""The figures of the chats: two crowds, the overhead over the bare libraries, start, end and memory."""
