<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>ChatPanel</name>
    <message numerus="yes">
        <source>%n character(s) too many</source>
        <translation>
            <numerusform>%n character too many</numerusform>
            <numerusform>%n characters too many</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ControlBar</name>
    <message numerus="yes">
        <source>%n unread message(s)</source>
        <translation>
            <numerusform>%n unread message</numerusform>
            <numerusform>%n unread messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n raised hand(s)</source>
        <translation>
            <numerusform>%n raised hand</numerusform>
            <numerusform>%n raised hands</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n person</numerusform>
            <numerusform>%n people</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DurationRow</name>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LeaveMenu</name>
    <message numerus="yes">
        <source>%n person(s) will be disconnected</source>
        <translation>
            <numerusform>%n person will be disconnected</numerusform>
            <numerusform>%n people will be disconnected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RatingView</name>
    <message numerus="yes">
        <source>%n star(s) of 5</source>
        <translation>
            <numerusform>%n star of 5</numerusform>
            <numerusform>%n stars of 5</numerusform>
        </translation>
    </message>
</context>
</TS>
