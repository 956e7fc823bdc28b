<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>ChatViewModel</name>
    <message numerus="yes">
        <source>%n message(s) not sent.</source>
        <translation>
            <numerusform>%n message not sent.</numerusform>
            <numerusform>%n messages not sent.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClientsViewModel</name>
    <message numerus="yes">
        <source>%n meeting(s) held</source>
        <translation>
            <numerusform>%n meeting held</numerusform>
            <numerusform>%n meetings held</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DayViewModel</name>
    <message numerus="yes">
        <source>%n meeting(s) today</source>
        <translation>
            <numerusform>%n meeting today</numerusform>
            <numerusform>%n meetings today</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DiagnosisViewModel</name>
    <message numerus="yes">
        <source>%n thing(s) need(s) attention</source>
        <translation>
            <numerusform>%n thing needs attention</numerusform>
            <numerusform>%n things need attention</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Everything works, %n thing(s) could be better</source>
        <translation>
            <numerusform>Everything works, %n thing could be better</numerusform>
            <numerusform>Everything works, %n things could be better</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryViewModel</name>
    <message numerus="yes">
        <source>%n meeting(s) held</source>
        <translation>
            <numerusform>%n meeting held</numerusform>
            <numerusform>%n meetings held</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Reminders</name>
    <message numerus="yes">
        <source>In %n minute(s)</source>
        <translation>
            <numerusform>In %n minute</numerusform>
            <numerusform>In %n minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RoomWords</name>
    <message numerus="yes">
        <source>The meeting ends by itself in %n second(s).</source>
        <translation>
            <numerusform>The meeting ends by itself in %n second.</numerusform>
            <numerusform>The meeting ends by itself in %n seconds.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>You leave the meeting by yourself in %n second(s).</source>
        <translation>
            <numerusform>You will be taken out of the meeting in %n second.</numerusform>
            <numerusform>You will be taken out of the meeting in %n seconds.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ScheduleViewModel</name>
    <message numerus="yes">
        <source>%n of these meetings overlap with others.</source>
        <translation>
            <numerusform>%n of these meetings overlaps with another.</numerusform>
            <numerusform>%n of these meetings overlap with others.</numerusform>
        </translation>
    </message>
</context>
</TS>
