"""The public page at /v/{id}: is this document genuine?"""
