<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
</TS>
