"""Mails.

texts      their sentences, French and English
letters    what one says to one person
messages   the message: plain text, HTML, calendar entry
post       hands it to the mail server
jobs       when, how often, and what if not
"""
