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
</TS>
