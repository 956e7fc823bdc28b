<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>AccountButton</name>
    <message>
        <source>Online</source>
        <translation>En ligne</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Hors ligne</translation>
    </message>
    <message>
        <source>Account of {name}</source>
        <translation>Compte de {name}</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>Se déconnecter</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
</context>
<context>
    <name>CallWindow</name>
    <message>
        <source>Later</source>
        <translation>Plus tard</translation>
    </message>
</context>
<context>
    <name>CancelDialog</name>
    <message>
        <source>Cancel the meeting</source>
        <translation>Annuler la réunion</translation>
    </message>
    <message>
        <source>Cancel the meeting?</source>
        <translation>Annuler la réunion&#x202f;?</translation>
    </message>
    <message>
        <source>Reason (optional)</source>
        <translation>Motif (facultatif)</translation>
    </message>
    <message>
        <source>Also cancel the later meetings of the series</source>
        <translation>Annuler aussi les réunions suivantes de la série</translation>
    </message>
    <message>
        <source>Keep the meeting</source>
        <translation>Garder la réunion</translation>
    </message>
</context>
<context>
    <name>ChatPanel</name>
    <message>
        <source>Messages in the call</source>
        <translation>Messages dans l’appel</translation>
    </message>
    <message>
        <source>Close the chat</source>
        <translation>Fermer le chat</translation>
    </message>
    <message>
        <source>No message yet</source>
        <translation>Aucun message pour l’instant</translation>
    </message>
    <message>
        <source>Everybody in the meeting reads what is written here.</source>
        <translation>Toutes les personnes de la réunion lisent ce qui est écrit ici.</translation>
    </message>
    <message>
        <source>The messages disappear when the meeting ends.</source>
        <translation>Les messages disparaissent à la fin de la réunion.</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Messages</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>Envoi…</translation>
    </message>
    <message>
        <source>Not sent</source>
        <translation>Non envoyé</translation>
    </message>
    <message>
        <source>Write to everybody</source>
        <translation>Écrire à tous</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Envoyer</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Entrée</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message numerus="yes">
        <source>%n character(s) too many</source>
        <translation>
            <numerusform>%n caractère de trop</numerusform>
            <numerusform>%n caractères de trop</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClientColumn</name>
    <message>
        <source>No client found</source>
        <translation>Aucun client trouvé</translation>
    </message>
    <message>
        <source>Try part of a name.</source>
        <translation>Essayez une partie du nom.</translation>
    </message>
    <message>
        <source>Invite your first client</source>
        <translation>Invitez votre premier client</translation>
    </message>
    <message>
        <source>Your client gets a link by e-mail, chooses a password and sees your meetings.</source>
        <translation>Votre client reçoit un lien par e-mail, choisit un mot de passe et voit vos réunions.</translation>
    </message>
    <message>
        <source>Invite a client</source>
        <translation>Inviter un client</translation>
    </message>
</context>
<context>
    <name>ClientDialog</name>
    <message>
        <source>Invite a client</source>
        <translation>Inviter un client</translation>
    </message>
    <message>
        <source>Edit the client</source>
        <translation>Modifier le client</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>E-mail address</source>
        <translation>Adresse e-mail</translation>
    </message>
    <message>
        <source>The invitation goes there.</source>
        <translation>L’invitation y est envoyée.</translation>
    </message>
    <message>
        <source>An address cannot be changed.</source>
        <translation>Une adresse ne peut pas être modifiée.</translation>
    </message>
    <message>
        <source>Language of mails and app</source>
        <translation>Langue des e-mails et de l’application</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>Fuseau horaire</translation>
    </message>
    <message>
        <source>Show all time zones</source>
        <translation>Afficher tous les fuseaux</translation>
    </message>
    <message>
        <source>Invite</source>
        <translation>Inviter</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Enregistrer</translation>
    </message>
</context>
<context>
    <name>ClientPanel</name>
    <message>
        <source>Close the panel</source>
        <translation>Fermer le panneau</translation>
    </message>
    <message>
        <source>Copy the link</source>
        <translation>Copier le lien</translation>
    </message>
    <message>
        <source>Invite again</source>
        <translation>Inviter à nouveau</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Planifier</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Modifier</translation>
    </message>
    <message>
        <source>Reactivate</source>
        <translation>Réactiver</translation>
    </message>
    <message>
        <source>Deactivate…</source>
        <translation>Désactiver…</translation>
    </message>
    <message>
        <source>Meetings</source>
        <translation>Réunions</translation>
    </message>
    <message>
        <source>No meeting yet</source>
        <translation>Aucune réunion pour l’instant</translation>
    </message>
</context>
<context>
    <name>CompanyForm</name>
    <message>
        <source>Open the browser again</source>
        <translation>Rouvrir le navigateur</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
</context>
<context>
    <name>ControlBar</name>
    <message>
        <source>Microphone on</source>
        <translation>Micro activé</translation>
    </message>
    <message>
        <source>Turn the microphone off</source>
        <translation>Désactiver le micro</translation>
    </message>
    <message>
        <source>Microphone off</source>
        <translation>Micro désactivé</translation>
    </message>
    <message>
        <source>Turn the microphone on</source>
        <translation>Activer le micro</translation>
    </message>
    <message>
        <source>Camera on</source>
        <translation>Caméra activée</translation>
    </message>
    <message>
        <source>Turn the camera off</source>
        <translation>Désactiver la caméra</translation>
    </message>
    <message>
        <source>Camera off</source>
        <translation>Caméra désactivée</translation>
    </message>
    <message>
        <source>Turn the camera on</source>
        <translation>Activer la caméra</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Quitter</translation>
    </message>
    <message numerus="yes">
        <source>%n unread message(s)</source>
        <translation>
            <numerusform>%n message non lu</numerusform>
            <numerusform>%n messages non lus</numerusform>
        </translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>open</source>
        <translation>ouvert</translation>
    </message>
    <message>
        <source>Close the chat</source>
        <translation>Fermer le chat</translation>
    </message>
    <message>
        <source>Open the chat</source>
        <translation>Ouvrir le chat</translation>
    </message>
    <message>
        <source>Hand raised</source>
        <translation>Main levée</translation>
    </message>
    <message>
        <source>Lower your hand</source>
        <translation>Baisser la main</translation>
    </message>
    <message>
        <source>Hand lowered</source>
        <translation>Main baissée</translation>
    </message>
    <message>
        <source>Raise your hand</source>
        <translation>Lever la main</translation>
    </message>
    <message numerus="yes">
        <source>%n raised hand(s)</source>
        <translation>
            <numerusform>%n main levée</numerusform>
            <numerusform>%n mains levées</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n personne</numerusform>
            <numerusform>%n personnes</numerusform>
        </translation>
    </message>
    <message>
        <source>Participants</source>
        <translation>Participants</translation>
    </message>
    <message>
        <source>Close the list of participants</source>
        <translation>Fermer la liste des participants</translation>
    </message>
    <message>
        <source>Show the participants</source>
        <translation>Afficher les participants</translation>
    </message>
    <message>
        <source>More options</source>
        <translation>Plus d’options</translation>
    </message>
    <message>
        <source>Microphone on, no sound</source>
        <translation>Micro activé, aucun son</translation>
    </message>
</context>
<context>
    <name>CrashWindow</name>
    <message>
        <source>{product} did not end normally</source>
        <translation>{product} s’est arrêté brutalement</translation>
    </message>
    <message>
        <source>You can give a report of the last minutes to your IT service. It holds no names, addresses or keys, and nothing is sent by itself.</source>
        <translation>Vous pouvez donner à votre service informatique un rapport des dernières minutes. Il ne contient ni noms, ni adresses, ni clés, et rien n’est envoyé tout seul.</translation>
    </message>
    <message>
        <source>Copy the report</source>
        <translation>Copier le rapport</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>Ignorer</translation>
    </message>
</context>
<context>
    <name>Curtain</name>
    <message>
        <source>Back to my meetings</source>
        <translation>Mes réunions</translation>
    </message>
    <message>
        <source>Rejoin</source>
        <translation>Revenir dans la réunion</translation>
    </message>
    <message>
        <source>Stay in the meeting</source>
        <translation>Rester dans la réunion</translation>
    </message>
</context>
<context>
    <name>DeactivateDialog</name>
    <message>
        <source>Deactivate {name}?</source>
        <translation>Désactiver {name}&#x202f;?</translation>
    </message>
    <message>
        <source>{name} will be signed out everywhere and see no meeting any more. You can reactivate the account at any time; nothing is deleted.</source>
        <translation>{name} n’aura plus accès à son compte sur aucun appareil et ne verra plus aucune réunion. Vous pourrez réactiver le compte à tout moment&#x202f;; rien n’est effacé.</translation>
    </message>
    <message>
        <source>Deactivate</source>
        <translation>Désactiver</translation>
    </message>
</context>
<context>
    <name>DevicesMenu</name>
    <message>
        <source>Microphone</source>
        <translation>Micro</translation>
    </message>
    <message>
        <source>Loudspeaker</source>
        <translation>Haut-parleur</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Caméra</translation>
    </message>
    <message>
        <source>All settings</source>
        <translation>Tous les réglages</translation>
    </message>
    <message>
        <source>Background blur</source>
        <translation>Flou d’arrière-plan</translation>
    </message>
</context>
<context>
    <name>DiagnosisWindow</name>
    <message>
        <source>The report is in the clipboard, without names, addresses and keys.</source>
        <translation>Le rapport est dans le presse-papiers, sans noms, adresses ni clés.</translation>
    </message>
    <message>
        <source>Test my setup</source>
        <translation>Tester ma configuration</translation>
    </message>
    <message>
        <source>Copy the report</source>
        <translation>Copier le rapport</translation>
    </message>
    <message>
        <source>Test again</source>
        <translation>Recommencer</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
</context>
<context>
    <name>DoorSection</name>
    <message>
        <source>Waiting room</source>
        <translation>Salle d’attente</translation>
    </message>
    <message>
        <source>Let newcomers wait until I admit them</source>
        <translation>Faire attendre jusqu’à ce que j’accepte</translation>
    </message>
</context>
<context>
    <name>DurationRow</name>
    <message>
        <source>min</source>
        <comment>minutes</comment>
        <translation>min</translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EntryForm</name>
    <message>
        <source>Hide the password</source>
        <translation>Masquer le mot de passe</translation>
    </message>
    <message>
        <source>Show the password</source>
        <translation>Afficher le mot de passe</translation>
    </message>
</context>
<context>
    <name>ForgottenForm</name>
    <message>
        <source>We mail you a link to choose a new password.</source>
        <translation>Nous vous envoyons un lien pour choisir un nouveau mot de passe.</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>Adresse e-mail</translation>
    </message>
    <message>
        <source>Send the link</source>
        <translation>Envoyer le lien</translation>
    </message>
    <message>
        <source>I have a code</source>
        <translation>J’ai un code</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
<context>
    <name>FormDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Discard what you typed?</source>
        <translation>Abandonner ce que vous avez écrit&#x202f;?</translation>
    </message>
    <message>
        <source>Keep editing</source>
        <translation>Continuer la saisie</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Abandonner</translation>
    </message>
</context>
<context>
    <name>HelpPanel</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Raccourcis clavier</translation>
    </message>
    <message>
        <source>Close the shortcuts</source>
        <translation>Fermer les raccourcis</translation>
    </message>
    <message>
        <source>Microphone on or off</source>
        <translation>Activer ou désactiver le micro</translation>
    </message>
    <message>
        <source>Camera on or off</source>
        <translation>Activer ou désactiver la caméra</translation>
    </message>
    <message>
        <source>Raise or lower your hand</source>
        <translation>Lever ou baisser la main</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Participants</source>
        <translation>Participants</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Plein écran</translation>
    </message>
    <message>
        <source>Go to the buttons</source>
        <translation>Aller aux boutons</translation>
    </message>
    <message>
        <source>This list</source>
        <translation>Cette liste</translation>
    </message>
    <message>
        <source>Leave (asks first)</source>
        <translation>Quitter (demande d’abord)</translation>
    </message>
    <message>
        <source>Share the screen, or stop</source>
        <translation>Partager l’écran ou arrêter</translation>
    </message>
    <message>
        <source>Hold to talk while muted</source>
        <translation>Maintenir pour parler, micro désactivé</translation>
    </message>
</context>
<context>
    <name>HistoryBar</name>
    <message>
        <source>Table (CSV)…</source>
        <translation>Tableau (CSV)…</translation>
    </message>
    <message>
        <source>What is chosen here, for a spreadsheet</source>
        <translation>Ce qui est choisi ici, pour un tableur</translation>
    </message>
    <message>
        <source>Calendar (iCalendar)…</source>
        <translation>Agenda (iCalendar)…</translation>
    </message>
    <message>
        <source>The last half year and what comes</source>
        <translation>Les six derniers mois et la suite</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>Période</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exporter</translation>
    </message>
</context>
<context>
    <name>HubHeader</name>
    <message>
        <source>Schedule</source>
        <translation>Planifier</translation>
    </message>
    <message>
        <source>Schedule a meeting</source>
        <translation>Planifier une réunion</translation>
    </message>
    <message>
        <source>Start now</source>
        <translation>Démarrer maintenant</translation>
    </message>
    <message>
        <source>Invite a client</source>
        <translation>Inviter un client</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Rechercher</translation>
    </message>
    <message>
        <source>Search clients</source>
        <translation>Rechercher des clients</translation>
    </message>
    <message>
        <source>Search meetings</source>
        <translation>Rechercher des réunions</translation>
    </message>
</context>
<context>
    <name>HubWindow</name>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
    <message>
        <source>Meetings</source>
        <translation>Réunions</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
    <message>
        <source>Clients</source>
        <translation>Clients</translation>
    </message>
</context>
<context>
    <name>InvitationForm</name>
    <message>
        <source>Welcome. Choose how others see your name, and a password.</source>
        <translation>Bienvenue. Choisissez le nom que les autres verront, et un mot de passe.</translation>
    </message>
    <message>
        <source>Code or link from the message</source>
        <translation>Code ou lien du message</translation>
    </message>
    <message>
        <source>First and last name</source>
        <translation>Prénom et nom</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Mot de passe</translation>
    </message>
    <message>
        <source>Stay signed in</source>
        <translation>Rester connecté</translation>
    </message>
    <message>
        <source>Accept the invitation</source>
        <translation>Accepter l’invitation</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
<context>
    <name>InviteForm</name>
    <message>
        <source>New client</source>
        <translation>Nouveau client</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>E-mail address</source>
        <translation>Adresse e-mail</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Invite</source>
        <translation>Inviter</translation>
    </message>
    <message>
        <source>Sends a link by e-mail</source>
        <translation>Envoie un lien par e-mail</translation>
    </message>
</context>
<context>
    <name>LeaveMenu</name>
    <message numerus="yes">
        <source>%n person(s) will be disconnected</source>
        <translation>
            <numerusform>%n personne sera déconnectée</numerusform>
            <numerusform>%n personnes seront déconnectées</numerusform>
        </translation>
    </message>
    <message>
        <source>The others stay</source>
        <translation>Les autres restent</translation>
    </message>
    <message>
        <source>Leave the meeting</source>
        <translation>Quitter la réunion</translation>
    </message>
    <message>
        <source>End the meeting for everyone</source>
        <translation>Terminer la réunion pour tous</translation>
    </message>
    <message>
        <source>End the meeting for everyone?</source>
        <translation>Terminer la réunion pour tous&#x202f;?</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>End the meeting</source>
        <translation>Terminer la réunion</translation>
    </message>
    <message>
        <source>The sharing of your screen ends</source>
        <translation>Le partage de votre écran s’arrêtera</translation>
    </message>
</context>
<context>
    <name>MeetingColumn</name>
    <message>
        <source>Schedule a meeting</source>
        <translation>Planifier une réunion</translation>
    </message>
    <message>
        <source>No meeting found</source>
        <translation>Aucune réunion trouvée</translation>
    </message>
    <message>
        <source>Try another word, or part of a name.</source>
        <translation>Essayez un autre mot ou une partie d’un nom.</translation>
    </message>
    <message>
        <source>Nothing here yet</source>
        <translation>Rien ici pour l’instant</translation>
    </message>
</context>
<context>
    <name>MeetingPanel</name>
    <message>
        <source>No agenda</source>
        <translation>Pas d’ordre du jour</translation>
    </message>
    <message>
        <source>Close the panel</source>
        <translation>Fermer le panneau</translation>
    </message>
    <message>
        <source>Agenda</source>
        <translation>Ordre du jour</translation>
    </message>
    <message>
        <source>Private note</source>
        <translation>Note privée</translation>
    </message>
    <message>
        <source>Only for you</source>
        <translation>Pour vous seul</translation>
    </message>
    <message>
        <source>People</source>
        <translation>Participants</translation>
    </message>
    <message>
        <source>Presence</source>
        <translation>Présence</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
</context>
<context>
    <name>Month</name>
    <message>
        <source>Previous month</source>
        <translation>Mois précédent</translation>
    </message>
    <message>
        <source>Next month</source>
        <translation>Mois suivant</translation>
    </message>
    <message>
        <source>Choose a day</source>
        <translation>Choisir un jour</translation>
    </message>
</context>
<context>
    <name>MoreMenu</name>
    <message>
        <source>Grid</source>
        <translation>Grille</translation>
    </message>
    <message>
        <source>Speaker in front</source>
        <translation>Intervenant au premier plan</translation>
    </message>
    <message>
        <source>Hide my own picture</source>
        <translation>Masquer ma propre image</translation>
    </message>
    <message>
        <source>Mirror my own picture</source>
        <translation>Inverser ma propre image (miroir)</translation>
    </message>
    <message>
        <source>Full screen ({keys})</source>
        <translation>Plein écran ({keys})</translation>
    </message>
    <message>
        <source>Spare the computer</source>
        <translation>Économiser l’ordinateur</translation>
    </message>
    <message>
        <source>Smaller and fewer pictures, a cooler machine</source>
        <translation>Images plus petites et moins fréquentes</translation>
    </message>
    <message>
        <source>Sound only</source>
        <translation>Son seul</translation>
    </message>
    <message>
        <source>All cameras off, shared screens stay</source>
        <translation>Toutes les caméras coupées, les écrans partagés restent</translation>
    </message>
    <message>
        <source>Connection quality</source>
        <translation>Qualité de la connexion</translation>
    </message>
    <message>
        <source>Keyboard shortcuts ({keys})</source>
        <translation>Raccourcis clavier ({keys})</translation>
    </message>
</context>
<context>
    <name>NewPasswordForm</name>
    <message>
        <source>Code or link from the message</source>
        <translation>Code ou lien du message</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>Nouveau mot de passe</translation>
    </message>
    <message>
        <source>Change the password</source>
        <translation>Changer le mot de passe</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
<context>
    <name>ParticipantWindow</name>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
    <message>
        <source>Hide past meetings</source>
        <translation>Masquer les réunions passées</translation>
    </message>
    <message>
        <source>Show past meetings</source>
        <translation>Afficher les réunions passées</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
    <message>
        <source>Test my setup</source>
        <translation>Tester ma configuration</translation>
    </message>
</context>
<context>
    <name>PasswordForm</name>
    <message>
        <source>E-mail</source>
        <translation>Adresse e-mail</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Mot de passe</translation>
    </message>
    <message>
        <source>Stay signed in</source>
        <translation>Rester connecté</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Se connecter</translation>
    </message>
    <message>
        <source>Forgot your password?</source>
        <translation>Mot de passe oublié&#x202f;?</translation>
    </message>
    <message>
        <source>I have an invitation</source>
        <translation>J’ai une invitation</translation>
    </message>
</context>
<context>
    <name>PeoplePanel</name>
    <message>
        <source>Participants</source>
        <translation>Participants</translation>
    </message>
    <message>
        <source>Close the list of participants</source>
        <translation>Fermer la liste des participants</translation>
    </message>
    <message>
        <source>Mute everyone</source>
        <translation>Couper tous les micros</translation>
    </message>
</context>
<context>
    <name>PersonMenu</name>
    <message>
        <source>Mute {name}</source>
        <translation>Couper le micro de {name}</translation>
    </message>
    <message>
        <source>Stop the sharing of {name}</source>
        <translation>Arrêter le partage de {name}</translation>
    </message>
    <message>
        <source>Remove from the meeting</source>
        <translation>Retirer de la réunion</translation>
    </message>
    <message>
        <source>Remove {name} from the meeting?</source>
        <translation>Retirer {name} de la réunion&#x202f;?</translation>
    </message>
    <message>
        <source>The meeting goes on for everybody else.</source>
        <translation>La réunion continue pour les autres.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>Pin to the stage</source>
        <translation>Épingler</translation>
    </message>
    <message>
        <source>Let go of the stage</source>
        <translation>Détacher</translation>
    </message>
    <message>
        <source>Do without the video of {name}</source>
        <translation>Ne plus recevoir la vidéo de {name}</translation>
    </message>
    <message>
        <source>Show the video of {name}</source>
        <translation>Afficher la vidéo de {name}</translation>
    </message>
</context>
<context>
    <name>PersonView</name>
    <message>
        <source>More about {name}</source>
        <translation>Actions pour {name}</translation>
    </message>
</context>
<context>
    <name>PickFrame</name>
    <message>
        <source>New client…</source>
        <translation>Nouveau client…</translation>
    </message>
</context>
<context>
    <name>PreJoinWindow</name>
    <message>
        <source>Microphone on</source>
        <translation>Micro activé</translation>
    </message>
    <message>
        <source>Turn the microphone off</source>
        <translation>Désactiver le micro</translation>
    </message>
    <message>
        <source>Microphone off</source>
        <translation>Micro désactivé</translation>
    </message>
    <message>
        <source>Turn the microphone on</source>
        <translation>Activer le micro</translation>
    </message>
    <message>
        <source>Camera on</source>
        <translation>Caméra activée</translation>
    </message>
    <message>
        <source>Turn the camera off</source>
        <translation>Désactiver la caméra</translation>
    </message>
    <message>
        <source>Camera off</source>
        <translation>Caméra désactivée</translation>
    </message>
    <message>
        <source>Turn the camera on</source>
        <translation>Activer la caméra</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Tester</translation>
    </message>
    <message>
        <source>Speak for three seconds…</source>
        <translation>Parlez trois secondes…</translation>
    </message>
    <message>
        <source>You hear yourself…</source>
        <translation>Vous vous entendez…</translation>
    </message>
    <message>
        <source>Leave the waiting room</source>
        <translation>Quitter la salle d’attente</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Micro</translation>
    </message>
    <message>
        <source>Loudspeaker</source>
        <translation>Haut-parleur</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Caméra</translation>
    </message>
    <message>
        <source>Records three seconds, then plays them on this loudspeaker</source>
        <translation>Enregistre trois secondes, puis les joue sur ce haut-parleur</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Niveau du micro</translation>
    </message>
    <message>
        <source>Your picture</source>
        <translation>Votre image</translation>
    </message>
    <message>
        <source>Do not show this screen again</source>
        <translation>Ne plus afficher cet écran</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>Rejoindre</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Démarrer</translation>
    </message>
    <message>
        <source>Background blur</source>
        <translation>Flou d’arrière-plan</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Meetings</source>
        <translation>Réunions</translation>
    </message>
    <message>
        <source>Clients</source>
        <translation>Clients</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
</context>
<context>
    <name>RatingView</name>
    <message numerus="yes">
        <source>%n star(s) of 5</source>
        <translation>
            <numerusform>%n étoile sur 5</numerusform>
            <numerusform>%n étoiles sur 5</numerusform>
        </translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>choisi</translation>
    </message>
    <message>
        <source>Thank you, this helps.</source>
        <translation>Merci, cela nous aide.</translation>
    </message>
    <message>
        <source>How was the sound and the picture?</source>
        <translation>Comment étaient le son et l’image&#x202f;?</translation>
    </message>
    <message>
        <source>A word more? (optional)</source>
        <translation>Un mot de plus&#x202f;? (facultatif)</translation>
    </message>
    <message>
        <source>Comment on the call</source>
        <translation>Commentaire sur l’appel</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Envoyer</translation>
    </message>
</context>
<context>
    <name>RepeatField</name>
    <message>
        <source>Repeat every week</source>
        <translation>Répéter chaque semaine</translation>
    </message>
    <message>
        <source>times</source>
        <translation>fois</translation>
    </message>
    <message>
        <source>Number of meetings</source>
        <translation>Nombre de réunions</translation>
    </message>
    <message>
        <source>until</source>
        <translation>jusqu’au</translation>
    </message>
    <message>
        <source>Last day of the series</source>
        <translation>Dernier jour de la série</translation>
    </message>
    <message>
        <source>Open the calendar</source>
        <translation>Ouvrir le calendrier</translation>
    </message>
</context>
<context>
    <name>RoomDeviceMenus</name>
    <message>
        <source>Choose microphone and loudspeaker</source>
        <translation>Choisir le micro et le haut-parleur</translation>
    </message>
    <message>
        <source>Choose the camera</source>
        <translation>Choisir la caméra</translation>
    </message>
</context>
<context>
    <name>RoomSharing</name>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
    <message>
        <source>Your screen is shared</source>
        <translation>Votre écran est partagé</translation>
    </message>
    <message>
        <source>Stop sharing</source>
        <translation>Arrêter le partage</translation>
    </message>
    <message>
        <source>Your screen is not shared</source>
        <translation>Votre écran n’est pas partagé</translation>
    </message>
    <message>
        <source>Share your screen</source>
        <translation>Partager votre écran</translation>
    </message>
</context>
<context>
    <name>RoomWindow</name>
    <message>
        <source>Participants</source>
        <translation>Participants</translation>
    </message>
</context>
<context>
    <name>RowMenuButton</name>
    <message>
        <source>Edit…</source>
        <translation>Modifier…</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>Déplacer…</translation>
    </message>
    <message>
        <source>Copy the link</source>
        <translation>Copier le lien</translation>
    </message>
    <message>
        <source>Add to my calendar</source>
        <translation>Ajouter à mon agenda</translation>
    </message>
    <message>
        <source>Cancel the meeting…</source>
        <translation>Annuler la réunion…</translation>
    </message>
    <message>
        <source>More actions</source>
        <translation>Autres actions</translation>
    </message>
    <message>
        <source>I am 5 min late</source>
        <translation>J’ai 5&#xa0;min de retard</translation>
    </message>
    <message>
        <source>I am coming, 5 min</source>
        <translation>J’arrive, 5&#xa0;min</translation>
    </message>
    <message>
        <source>Extend by 15 min</source>
        <translation>Prolonger de 15&#xa0;min</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Détails</translation>
    </message>
</context>
<context>
    <name>RowView</name>
    <message>
        <source>Managed by your organisation</source>
        <translation>Géré par votre organisation</translation>
    </message>
</context>
<context>
    <name>ScheduleDialog</name>
    <message>
        <source>Loading clients…</source>
        <translation>Chargement des clients…</translation>
    </message>
    <message>
        <source>Name of a client</source>
        <translation>Nom d’un client</translation>
    </message>
    <message>
        <source>Schedule a meeting</source>
        <translation>Planifier une réunion</translation>
    </message>
    <message>
        <source>Edit the meeting</source>
        <translation>Modifier la réunion</translation>
    </message>
    <message>
        <source>Move the meeting</source>
        <translation>Déplacer la réunion</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Show all clients</source>
        <translation>Afficher tous les clients</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titre</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>Jour</translation>
    </message>
    <message>
        <source>Open the calendar</source>
        <translation>Ouvrir le calendrier</translation>
    </message>
    <message>
        <source>Hour</source>
        <translation>Heure</translation>
    </message>
    <message>
        <source>Show hours</source>
        <translation>Afficher les heures</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durée</translation>
    </message>
    <message>
        <source>Agenda (optional)</source>
        <translation>Ordre du jour (facultatif)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Enregistrer</translation>
    </message>
    <message>
        <source>Discard this meeting?</source>
        <translation>Abandonner cette réunion&#x202f;?</translation>
    </message>
    <message>
        <source>Discard your changes?</source>
        <translation>Abandonner vos modifications&#x202f;?</translation>
    </message>
    <message>
        <source>Private note (optional)</source>
        <translation>Note privée (facultative)</translation>
    </message>
    <message>
        <source>Your client does not see this note.</source>
        <translation>Votre client ne voit pas cette note.</translation>
    </message>
</context>
<context>
    <name>SecondFactorForm</name>
    <message>
        <source>Enter the current code of your authenticator app, or one of your recovery codes.</source>
        <translation>Saisissez le code actuel de votre application d’authentification, ou un de vos codes de secours.</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Se connecter</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
<context>
    <name>SecretRow</name>
    <message>
        <source>Hide the password</source>
        <translation>Masquer le mot de passe</translation>
    </message>
    <message>
        <source>Show the password</source>
        <translation>Afficher le mot de passe</translation>
    </message>
</context>
<context>
    <name>SettingsWindow</name>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
</context>
<context>
    <name>ShareBar</name>
    <message>
        <source>Share something else</source>
        <translation>Partager autre chose</translation>
    </message>
    <message>
        <source>Stop sharing</source>
        <translation>Arrêter le partage</translation>
    </message>
</context>
<context>
    <name>SharePicker</name>
    <message>
        <source>This is the meeting itself: the others would see themselves without end.</source>
        <translation>C’est la réunion elle-même&#xa0;: les autres s’y verraient à l’infini.</translation>
    </message>
    <message>
        <source>Share your screen</source>
        <translation>Partager votre écran</translation>
    </message>
    <message>
        <source>What do you want to share?</source>
        <translation>Que voulez-vous partager&#x202f;?</translation>
    </message>
    <message>
        <source>The others see it beside your picture until you stop.</source>
        <translation>Les autres le voient à côté de votre image, jusqu’à ce que vous arrêtiez.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Partager</translation>
    </message>
</context>
<context>
    <name>SignInWindow</name>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
</context>
<context>
    <name>SmallRoom</name>
    <message>
        <source>Microphone on</source>
        <translation>Micro activé</translation>
    </message>
    <message>
        <source>Turn the microphone off</source>
        <translation>Désactiver le micro</translation>
    </message>
    <message>
        <source>Microphone off</source>
        <translation>Micro désactivé</translation>
    </message>
    <message>
        <source>Turn the microphone on</source>
        <translation>Activer le micro</translation>
    </message>
    <message>
        <source>Camera on</source>
        <translation>Caméra activée</translation>
    </message>
    <message>
        <source>Turn the camera off</source>
        <translation>Désactiver la caméra</translation>
    </message>
    <message>
        <source>Camera off</source>
        <translation>Caméra désactivée</translation>
    </message>
    <message>
        <source>Turn the camera on</source>
        <translation>Activer la caméra</translation>
    </message>
    <message>
        <source>Speaker</source>
        <translation>Personne qui parle</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Quitter</translation>
    </message>
    <message>
        <source>Back to the meeting’s window</source>
        <translation>Revenir à la fenêtre de la réunion</translation>
    </message>
</context>
<context>
    <name>StartNowDialog</name>
    <message>
        <source>Start now</source>
        <translation>Démarrer maintenant</translation>
    </message>
    <message>
        <source>Start a meeting now</source>
        <translation>Démarrer une réunion maintenant</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Show all clients</source>
        <translation>Afficher tous les clients</translation>
    </message>
    <message>
        <source>Title (optional)</source>
        <translation>Titre (facultatif)</translation>
    </message>
    <message>
        <source>It begins at once, and your client&apos;s app rings.</source>
        <translation>Elle commence aussitôt, et l’application de votre client sonne.</translation>
    </message>
    <message>
        <source>Loading clients…</source>
        <translation>Chargement des clients…</translation>
    </message>
    <message>
        <source>Name of a client</source>
        <translation>Nom d’un client</translation>
    </message>
</context>
<context>
    <name>StatisticsPanel</name>
    <message>
        <source>Connection quality</source>
        <translation>Qualité de la connexion</translation>
    </message>
    <message>
        <source>Close the connection quality</source>
        <translation>Fermer la qualité de la connexion</translation>
    </message>
    <message>
        <source>The first figures come in a second.</source>
        <translation>Les premiers chiffres arrivent dans une seconde.</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copié</translation>
    </message>
    <message>
        <source>Copy for support</source>
        <translation>Copier pour l’assistance</translation>
    </message>
</context>
<context>
    <name>UpdateWindow</name>
    <message>
        <source>Ask your IT service for the update</source>
        <translation>Demandez la mise à jour à votre service informatique</translation>
    </message>
    <message>
        <source>This version of {product} is too old for the service.</source>
        <translation>Cette version de {product} est trop ancienne pour le service.</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>Vérifier à nouveau</translation>
    </message>
</context>
<context>
    <name>_Answers</name>
    <message>
        <source>Admit</source>
        <translation>Accepter</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>Refuser</translation>
    </message>
    <message>
        <source>Admit {name}</source>
        <translation>Accepter {name}</translation>
    </message>
    <message>
        <source>Refuse {name}</source>
        <translation>Refuser {name}</translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message>
        <source>For IT: {sentence}</source>
        <translation>Pour l’informatique&#xa0;: {sentence}</translation>
    </message>
</context>
</TS>
