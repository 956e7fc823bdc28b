<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en_US">
<context>
    <name>AccountSettings</name>
    <message>
        <source>Password</source>
        <translation>Mot de passe</translation>
    </message>
    <message>
        <source>Current password</source>
        <translation>Mot de passe actuel</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>Nouveau mot de passe</translation>
    </message>
    <message>
        <source>At least {count} characters; four unrelated words are a good one.</source>
        <translation>Au moins {count} caractères&#x202f;; quatre mots sans lien font l’affaire.</translation>
    </message>
    <message>
        <source>Change the password</source>
        <translation>Changer le mot de passe</translation>
    </message>
    <message>
        <source>This device</source>
        <translation>Cet appareil</translation>
    </message>
    <message>
        <source>A device without a name</source>
        <translation>Appareil sans nom</translation>
    </message>
    <message>
        <source>Sign out there</source>
        <translation>Déconnecter</translation>
    </message>
    <message>
        <source>Sign out everywhere else</source>
        <translation>Déconnecter partout ailleurs</translation>
    </message>
    <message>
        <source>Where you are signed in</source>
        <translation>Où vous êtes connecté</translation>
    </message>
    <message>
        <source>Second factor</source>
        <translation>Second facteur</translation>
    </message>
    <message>
        <source>Your password, once more</source>
        <translation>Votre mot de passe, encore une fois</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Continuer</translation>
    </message>
    <message>
        <source>Keep these recovery codes on paper: each works once</source>
        <translation>Gardez ces codes de secours sur papier&#xa0;: chacun sert une fois</translation>
    </message>
    <message>
        <source>The app&apos;s current code</source>
        <translation>Le code actuel de l’application</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>Activer</translation>
    </message>
    <message>
        <source>A code of an authenticator app is asked for besides the password.</source>
        <translation>Un code d’une application d’authentification est demandé en plus du mot de passe.</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Configurer</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>Désactiver</translation>
    </message>
    <message>
        <source>At least {count} characters, please.</source>
        <translation>Au moins {count} caractères, s’il vous plaît.</translation>
    </message>
    <message>
        <source>Your password is changed. Other devices were signed out.</source>
        <translation>Votre mot de passe est changé. Les autres appareils ont été déconnectés.</translation>
    </message>
    <message>
        <source>The second factor is on.</source>
        <translation>Le second facteur est activé.</translation>
    </message>
    <message>
        <source>The second factor is off.</source>
        <translation>Le second facteur est désactivé.</translation>
    </message>
    <message>
        <source>This service offers no second factor.</source>
        <translation>Ce service ne propose pas de second facteur.</translation>
    </message>
    <message>
        <source>Scan this with your authenticator app, or enter the key by hand:</source>
        <translation>Scannez ceci avec votre application d’authentification, ou saisissez la clé à la main&#xa0;:</translation>
    </message>
</context>
<context>
    <name>CalendarFile</name>
    <message>
        <source>The file could not be saved in {folder}.</source>
        <translation>Le fichier n’a pas pu être enregistré dans {folder}.</translation>
    </message>
    <message>
        <source>{file} is in your downloads and opens in your calendar.</source>
        <translation>{file} est dans vos téléchargements et s’ouvre dans votre agenda.</translation>
    </message>
    <message>
        <source>{file} is in your downloads. Open it with your calendar.</source>
        <translation>{file} est dans vos téléchargements. Ouvrez-le avec votre agenda.</translation>
    </message>
</context>
<context>
    <name>CallViewModel</name>
    <message>
        <source>{name} is waiting for you</source>
        <translation>{name} vous attend</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Démarrer</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>Rejoindre</translation>
    </message>
    <message>
        <source>Missed: {title}</source>
        <translation>Manquée&#xa0;: {title}</translation>
    </message>
    <message>
        <source>{name} waited for you. You can still join from the list.</source>
        <translation>{name} vous a attendu. Vous pouvez encore rejoindre la réunion depuis la liste.</translation>
    </message>
</context>
<context>
    <name>CancelViewModel</name>
    <message>
        <source>{name} will be told.</source>
        <translation>Nous en informerons {name}.</translation>
    </message>
    <message>
        <source>At most {most} characters.</source>
        <translation>{most} caractères au plus.</translation>
    </message>
</context>
<context>
    <name>ChatViewModel</name>
    <message>
        <source>Somebody</source>
        <translation>Quelqu’un</translation>
    </message>
    <message>
        <source>{name}: {text}</source>
        <translation>{name}&#xa0;: {text}</translation>
    </message>
    <message>
        <source>You were away for a moment: what was written then is missing here.</source>
        <translation>Vous avez été absent un instant&#xa0;: ce qui a été écrit alors manque ici.</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Vous</translation>
    </message>
    <message numerus="yes">
        <source>%n message(s) not sent.</source>
        <translation>
            <numerusform>%n message non envoyé.</numerusform>
            <numerusform>%n messages non envoyés.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Clients</name>
    <message>
        <source>Deactivated</source>
        <translation>Désactivé</translation>
    </message>
    <message>
        <source>Invited</source>
        <translation>Invité</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>Actif</translation>
    </message>
    <message>
        <source>{zone} time</source>
        <translation>Heure de {zone}</translation>
    </message>
    <message>
        <source>The invitation is over. Send a new one.</source>
        <translation>L’invitation a expiré. Envoyez-en une nouvelle.</translation>
    </message>
    <message>
        <source>The invitation holds until {day} at {hour}.</source>
        <translation>L’invitation est valable jusqu’au {day} à {hour}.</translation>
    </message>
    <message>
        <source>In a meeting with you now</source>
        <translation>En réunion avec vous</translation>
    </message>
    <message>
        <source>Next: {day}, {hour}</source>
        <translation>Prochaine&#xa0;: {day}, {hour}</translation>
    </message>
    <message>
        <source>Last: {day}</source>
        <translation>Dernière&#xa0;: {day}</translation>
    </message>
    <message>
        <source>No meeting yet</source>
        <translation>Aucune réunion pour l’instant</translation>
    </message>
</context>
<context>
    <name>ClientsViewModel</name>
    <message>
        <source>The link is copied.</source>
        <translation>Le lien est copié.</translation>
    </message>
    <message>
        <source>A new link is on its way. The one before no longer works.</source>
        <translation>Un nouveau lien part par e-mail. L’ancien ne fonctionne plus.</translation>
    </message>
    <message>
        <source>The account is open again.</source>
        <translation>Le compte est réactivé.</translation>
    </message>
    <message>
        <source>The account is closed.</source>
        <translation>Le compte est désactivé.</translation>
    </message>
    <message>
        <source>Deactivated</source>
        <translation>Désactivés</translation>
    </message>
    <message>
        <source>Offline: list as of {hour}.</source>
        <translation>Hors ligne&#xa0;: liste de {hour}.</translation>
    </message>
    <message numerus="yes">
        <source>%n meeting(s) held</source>
        <translation>
            <numerusform>%n réunion tenue</numerusform>
            <numerusform>%n réunions tenues</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CompanyDesk</name>
    <message>
        <source>You can close this page. The app goes on.</source>
        <translation>Vous pouvez fermer cette page. L’application continue.</translation>
    </message>
</context>
<context>
    <name>CompanySignIn</name>
    <message>
        <source>Your company’s sign-in is no longer offered here. Use your password.</source>
        <translation>La connexion par votre entreprise n’est plus proposée ici. Utilisez votre mot de passe.</translation>
    </message>
    <message>
        <source>This account has a second factor: sign in with your password and a code.</source>
        <translation>Ce compte a un second facteur&#xa0;: connectez-vous avec votre mot de passe et un code.</translation>
    </message>
    <message>
        <source>Sign in with your company</source>
        <translation>Se connecter avec mon entreprise</translation>
    </message>
    <message>
        <source>Sign in with {company}</source>
        <translation>Se connecter avec {company}</translation>
    </message>
    <message>
        <source>Sign in on the page of {company} that your browser shows. This window goes on by itself then.</source>
        <translation>Connectez-vous sur la page de {company} qu’affiche votre navigateur. Cette fenêtre continue ensuite d’elle-même.</translation>
    </message>
    <message>
        <source>No browser could be opened. Ask your IT service, or use your password.</source>
        <translation>Aucun navigateur n’a pu être ouvert. Demandez à votre service informatique, ou utilisez votre mot de passe.</translation>
    </message>
    <message>
        <source>The sign-in was cancelled at {company}.</source>
        <translation>La connexion a été annulée du côté de {company}.</translation>
    </message>
    <message>
        <source>Nobody has invited the address that you have at {company}. Ask {host} for an invitation.</source>
        <translation>Personne n’a invité votre adresse chez {company}. Demandez une invitation à {host}.</translation>
    </message>
    <message>
        <source>The address that you have at {company} has no account here. Ask your IT service.</source>
        <translation>Votre adresse chez {company} n’a pas de compte ici. Demandez à votre service informatique.</translation>
    </message>
    <message>
        <source>Who you are was not confirmed by {company}. Try again, or ask your IT service.</source>
        <translation>Votre identité n’a pas été confirmée par {company}. Réessayez, ou demandez à votre service informatique.</translation>
    </message>
    <message>
        <source>your company</source>
        <translation>votre entreprise</translation>
    </message>
    <message>
        <source>This sign-in is too old or was not begun in this window. Begin it again here.</source>
        <translation>Cette connexion est trop ancienne ou n’a pas été commencée dans cette fenêtre. Recommencez-la ici.</translation>
    </message>
</context>
<context>
    <name>Dates</name>
    <message>
        <source>For {name}: {hours}, {zone}</source>
        <translation>Chez {name}&#xa0;: {hours}, {zone}</translation>
    </message>
</context>
<context>
    <name>DayViewModel</name>
    <message>
        <source>{name} knows that you are {minutes} min late.</source>
        <translation>{name} sait que vous avez {minutes}&#xa0;min de retard.</translation>
    </message>
    <message numerus="yes">
        <source>%n meeting(s) today</source>
        <translation>
            <numerusform>%n réunion aujourd’hui</numerusform>
            <numerusform>%n réunions aujourd’hui</numerusform>
        </translation>
    </message>
    <message>
        <source>Now: {title} with {name}, planned until {hour}</source>
        <translation>En ce moment&#xa0;: {title} avec {name}, prévue jusqu’à {hour}</translation>
    </message>
    <message>
        <source>Free until {hour}</source>
        <translation>Libre jusqu’à {hour}</translation>
    </message>
    <message>
        <source>{name} has been waiting for {duration}</source>
        <translation>{name} attend depuis {duration}</translation>
    </message>
    <message>
        <source>“{title}” with {name} was to begin at {hour}</source>
        <translation>«&#xa0;{title}&#xa0;» avec {name} devait commencer à {hour}</translation>
    </message>
    <message>
        <source>told at {hour}</source>
        <translation>message envoyé à {hour}</translation>
    </message>
    <message>
        <source>I am {minutes} min late</source>
        <translation>J’ai {minutes}&#xa0;min de retard</translation>
    </message>
</context>
<context>
    <name>DesktopPresence</name>
    <message>
        <source>{product} is still running</source>
        <translation>{product} reste ouvert</translation>
    </message>
    <message>
        <source>You find it beside the clock. Reminders and calls still reach you; quit it there.</source>
        <translation>Vous le trouverez près de l’horloge. Rappels et appels vous parviennent toujours&#x202f;; c’est là qu’on le quitte.</translation>
    </message>
    <message>
        <source>This is a notification</source>
        <translation>Ceci est une notification</translation>
    </message>
    <message>
        <source>Reminders before meetings look like this.</source>
        <translation>Les rappels avant les réunions ressemblent à ceci.</translation>
    </message>
</context>
<context>
    <name>Devices</name>
    <message>
        <source>System default ({name})</source>
        <translation>Périphérique par défaut ({name})</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Périphérique par défaut</translation>
    </message>
    <message>
        <source>“{name}” is not plugged in.</source>
        <translation>«&#xa0;{name}&#xa0;» n’est pas branché.</translation>
    </message>
    <message>
        <source>Looking for devices…</source>
        <translation>Recherche des périphériques…</translation>
    </message>
    <message>
        <source>Generated, for a test</source>
        <translation>Généré, pour un essai</translation>
    </message>
    <message>
        <source>No camera: a drawing is shown</source>
        <translation>Aucune caméra&#xa0;: un dessin est montré</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>Aucun micro</translation>
    </message>
    <message>
        <source>No loudspeaker</source>
        <translation>Aucun haut-parleur</translation>
    </message>
    <message>
        <source>Open the system&apos;s settings</source>
        <translation>Ouvrir les réglages du système</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>It turned itself off: this computer could not keep up.</source>
        <translation>Il s’est désactivé&#xa0;: cet ordinateur n’arrivait plus à suivre.</translation>
    </message>
    <message>
        <source>It turned itself off: it does not work on this computer.</source>
        <translation>Il s’est désactivé&#xa0;: il ne fonctionne pas sur cet ordinateur.</translation>
    </message>
    <message>
        <source>Managed by your organisation</source>
        <translation>Géré par votre organisation</translation>
    </message>
</context>
<context>
    <name>DiagnosisDesk</name>
    <message>
        <source>Before your meeting: {what}</source>
        <translation>Avant votre réunion&#xa0;: {what}</translation>
    </message>
</context>
<context>
    <name>DiagnosisViewModel</name>
    <message>
        <source>Testing…</source>
        <translation>Test en cours…</translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) need(s) attention</source>
        <translation>
            <numerusform>%n point demande votre attention</numerusform>
            <numerusform>%n points demandent votre attention</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Everything works, %n thing(s) could be better</source>
        <translation>
            <numerusform>Tout fonctionne, %n point pourrait aller mieux</numerusform>
            <numerusform>Tout fonctionne, %n points pourraient aller mieux</numerusform>
        </translation>
    </message>
    <message>
        <source>Everything works</source>
        <translation>Tout fonctionne</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Service</translation>
    </message>
    <message>
        <source>Clock of this computer</source>
        <translation>Horloge de cet ordinateur</translation>
    </message>
    <message>
        <source>Your account</source>
        <translation>Votre compte</translation>
    </message>
    <message>
        <source>Video server</source>
        <translation>Serveur vidéo</translation>
    </message>
    <message>
        <source>Relay (UDP)</source>
        <translation>Relais (UDP)</translation>
    </message>
    <message>
        <source>Relay (TCP)</source>
        <translation>Relais (TCP)</translation>
    </message>
    <message>
        <source>Camera, microphone, loudspeaker</source>
        <translation>Caméra, micro, haut-parleur</translation>
    </message>
    <message>
        <source>Version of the app</source>
        <translation>Version de l’application</translation>
    </message>
    <message>
        <source>Check your network, then test again.</source>
        <translation>Vérifiez votre réseau, puis recommencez.</translation>
    </message>
    <message>
        <source>HTTPS to the service is blocked, or its name is not resolved: see DNS, proxy, firewall.</source>
        <translation>HTTPS vers le service est bloqué, ou son nom n’est pas résolu&#xa0;: voir DNS, proxy, pare-feu.</translation>
    </message>
    <message>
        <source>The service is not available right now. Try again in a few minutes.</source>
        <translation>Le service n’est pas disponible pour le moment. Réessayez dans quelques minutes.</translation>
    </message>
    <message>
        <source>The service answers and reports a part of its own as down.</source>
        <translation>Le service répond et signale qu’une de ses parties est en panne.</translation>
    </message>
    <message>
        <source>No answer in time: packets are dropped somewhere on the way.</source>
        <translation>Pas de réponse à temps&#xa0;: des paquets sont perdus en chemin.</translation>
    </message>
    <message>
        <source>Set this computer&apos;s clock: reminders come at the wrong moment.</source>
        <translation>Réglez l’horloge de cet ordinateur&#xa0;: les rappels arrivent au mauvais moment.</translation>
    </message>
    <message>
        <source>The clock differs from the service&apos;s: switch time synchronisation on (NTP).</source>
        <translation>L’horloge diffère de celle du service&#xa0;: activez la synchronisation (NTP).</translation>
    </message>
    <message>
        <source>Not tested: nobody is signed in.</source>
        <translation>Non testé&#xa0;: personne n’est connecté.</translation>
    </message>
    <message>
        <source>Sign out and in again.</source>
        <translation>Déconnectez-vous, puis reconnectez-vous.</translation>
    </message>
    <message>
        <source>The service refuses the session of this device.</source>
        <translation>Le service refuse la session de cet appareil.</translation>
    </message>
    <message>
        <source>The video server does not answer. Try again in a few minutes.</source>
        <translation>Le serveur vidéo ne répond pas. Réessayez dans quelques minutes.</translation>
    </message>
    <message>
        <source>The service cannot reach its OpenVidu server.</source>
        <translation>Le service ne joint pas son serveur OpenVidu.</translation>
    </message>
    <message>
        <source>Not tested: no relay is named in the settings.</source>
        <translation>Non testé&#xa0;: aucun relais n’est indiqué dans les réglages.</translation>
    </message>
    <message>
        <source>Your network blocks the fast way for sound and picture; meetings use the slower one.</source>
        <translation>Votre réseau bloque la voie rapide du son et de l’image&#x202f;; les réunions prennent la plus lente.</translation>
    </message>
    <message>
        <source>Allow UDP to the relay: outgoing, and the answers to it.</source>
        <translation>Autorisez l’UDP vers le relais&#xa0;: en sortie, ainsi que les réponses.</translation>
    </message>
    <message>
        <source>Your network blocks the way around for sound and picture. Tell your IT service.</source>
        <translation>Votre réseau bloque la voie de secours du son et de l’image. Prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>Allow TCP to the relay, without inspection of its TLS.</source>
        <translation>Autorisez le TCP vers le relais, sans inspection de son TLS.</translation>
    </message>
    <message>
        <source>No microphone was found. Plug one in, then test again.</source>
        <translation>Aucun micro n’a été trouvé. Branchez-en un, puis recommencez.</translation>
    </message>
    <message>
        <source>The system lists no audio input, or denies the app access to it.</source>
        <translation>Le système ne liste aucune entrée audio, ou en refuse l’accès à l’application.</translation>
    </message>
    <message>
        <source>No loudspeaker was found. Plug one in, then test again.</source>
        <translation>Aucun haut-parleur n’a été trouvé. Branchez-en un, puis recommencez.</translation>
    </message>
    <message>
        <source>The system lists no audio output.</source>
        <translation>Le système ne liste aucune sortie audio.</translation>
    </message>
    <message>
        <source>No camera was found: you will be heard and not seen.</source>
        <translation>Aucune caméra n’a été trouvée&#xa0;: on vous entendra sans vous voir.</translation>
    </message>
    <message>
        <source>The system lists no camera, or denies the app access to it.</source>
        <translation>Le système ne liste aucune caméra, ou en refuse l’accès à l’application.</translation>
    </message>
    <message>
        <source>A newer version is available.</source>
        <translation>Une version plus récente est disponible.</translation>
    </message>
    <message>
        <source>Below the version that the service recommends.</source>
        <translation>Plus ancienne que la version que le service recommande.</translation>
    </message>
    <message>
        <source>This version is too old. Ask your IT service for the update.</source>
        <translation>Cette version est trop ancienne. Demandez la mise à jour à votre service informatique.</translation>
    </message>
    <message>
        <source>Below the oldest version that the service accepts.</source>
        <translation>Plus ancienne que la plus vieille version que le service accepte.</translation>
    </message>
    <message>
        <source>Your network does not let this app reach the video server. Tell your IT service.</source>
        <translation>Votre réseau ne laisse pas cette application joindre le serveur vidéo. Prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>Allow the WebSocket (wss) to this address, through the proxy as well.</source>
        <translation>Autorisez le WebSocket (wss) vers cette adresse, y compris à travers le proxy.</translation>
    </message>
    <message>
        <source>The video server could not prove who it is. Tell your IT service.</source>
        <translation>Le serveur vidéo n’a pas pu prouver son identité. Prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>This computer does not trust its certificate: TLS is inspected, or an authority is missing.</source>
        <translation>Cet ordinateur ne fait pas confiance à son certificat&#xa0;: le TLS est inspecté, ou une autorité manque.</translation>
    </message>
    <message>
        <source>Not tested: the video server names no relay for it.</source>
        <translation>Non testé&#xa0;: le serveur vidéo n’indique pas de relais pour cela.</translation>
    </message>
    <message>
        <source>OpenVidu offers no TURN over UDP: see its coturn and OPENVIDU_WEBRTC_ICE_SERVERS.</source>
        <translation>OpenVidu n’offre pas de TURN en UDP&#xa0;: voir son coturn et OPENVIDU_WEBRTC_ICE_SERVERS.</translation>
    </message>
    <message>
        <source>OpenVidu offers no TURN over TCP, which networks without UDP need: see OPENVIDU_WEBRTC_ICE_SERVERS (turn:…:443?transport=tcp or turns:…:443).</source>
        <translation>OpenVidu n’offre pas de TURN en TCP, dont ont besoin les réseaux sans UDP&#xa0;: voir OPENVIDU_WEBRTC_ICE_SERVERS (turn:…:443?transport=tcp ou turns:…:443).</translation>
    </message>
</context>
<context>
    <name>DoorViewModel</name>
    <message>
        <source>{name} is in the waiting room</source>
        <translation>{name} est dans la salle d’attente</translation>
    </message>
    <message>
        <source>not let in</source>
        <translation>refusé</translation>
    </message>
    <message>
        <source>has just arrived</source>
        <translation>vient d’arriver</translation>
    </message>
    <message>
        <source>waiting for {duration}</source>
        <translation>attend depuis {duration}</translation>
    </message>
</context>
<context>
    <name>EditClientViewModel</name>
    <message>
        <source>Choose a time zone from the list.</source>
        <translation>Choisissez un fuseau dans la liste.</translation>
    </message>
</context>
<context>
    <name>ErrorTexts</name>
    <message>
        <source>Please fill in this field.</source>
        <translation>Remplissez ce champ.</translation>
    </message>
    <message>
        <source>This text is too long: {most} characters at most.</source>
        <translation>Ce texte est trop long&#xa0;: {most} caractères au plus.</translation>
    </message>
    <message>
        <source>This text is too short.</source>
        <translation>Ce texte est trop court.</translation>
    </message>
    <message>
        <source>This date is in the past. Choose a later one.</source>
        <translation>Cette date est passée. Choisissez-en une autre.</translation>
    </message>
    <message>
        <source>Choose between {least} and {most} minutes.</source>
        <translation>Choisissez entre {least} et {most} minutes.</translation>
    </message>
    <message>
        <source>This client no longer exists. Choose another one.</source>
        <translation>Ce client n’existe plus. Choisissez-en un autre.</translation>
    </message>
    <message>
        <source>This value is not understood.</source>
        <translation>Cette valeur n’est pas comprise.</translation>
    </message>
    <message>
        <source>This value is not accepted here.</source>
        <translation>Cette valeur n’est pas acceptée ici.</translation>
    </message>
    <message>
        <source>This password is too easy to guess. Choose a longer one, such as four words.</source>
        <translation>Ce mot de passe est trop facile à deviner. Choisissez-en un plus long, par exemple quatre mots.</translation>
    </message>
    <message>
        <source>This is not your current password.</source>
        <translation>Ce n’est pas votre mot de passe actuel.</translation>
    </message>
    <message>
        <source>This code is not right. Enter the newest one.</source>
        <translation>Ce code n’est pas correct. Saisissez le plus récent.</translation>
    </message>
    <message>
        <source>This is not an e-mail address.</source>
        <translation>Ce n’est pas une adresse e-mail.</translation>
    </message>
    <message>
        <source>This e-mail address already has an account.</source>
        <translation>Cette adresse e-mail a déjà un compte.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Actualiser</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Se connecter</translation>
    </message>
    <message>
        <source>The service did not understand this app. It may need an update.</source>
        <translation>Le service n’a pas compris cette application. Une mise à jour est peut-être nécessaire.</translation>
    </message>
    <message>
        <source>The e-mail address or the password is not right.</source>
        <translation>L’adresse e-mail ou le mot de passe n’est pas correct.</translation>
    </message>
    <message>
        <source>Enter the current code of your authenticator app.</source>
        <translation>Saisissez le code actuel de votre application d’authentification.</translation>
    </message>
    <message>
        <source>Please sign in again.</source>
        <translation>Connectez-vous à nouveau.</translation>
    </message>
    <message>
        <source>Your session has ended. Please sign in again.</source>
        <translation>Votre session est terminée. Connectez-vous à nouveau.</translation>
    </message>
    <message>
        <source>Only the host of this meeting can do that.</source>
        <translation>Seul l’organisateur de cette réunion peut faire cela.</translation>
    </message>
    <message>
        <source>Your account is not allowed to do that.</source>
        <translation>Votre compte n’y est pas autorisé.</translation>
    </message>
    <message>
        <source>Please enter your password again to do that.</source>
        <translation>Veuillez saisir à nouveau votre mot de passe pour continuer.</translation>
    </message>
    <message>
        <source>This client has already accepted the invitation.</source>
        <translation>Ce client a déjà accepté l’invitation.</translation>
    </message>
    <message>
        <source>This client&apos;s account is deactivated.</source>
        <translation>Le compte de ce client est désactivé.</translation>
    </message>
    <message>
        <source>This link is no longer valid. Ask for a new one.</source>
        <translation>Ce lien n’est plus valable. Demandez-en un nouveau.</translation>
    </message>
    <message>
        <source>This meeting no longer exists.</source>
        <translation>Cette réunion n’existe plus.</translation>
    </message>
    <message>
        <source>This meeting has not started yet.</source>
        <translation>Cette réunion n’a pas encore démarré.</translation>
    </message>
    <message>
        <source>This meeting is over.</source>
        <translation>Cette réunion est terminée.</translation>
    </message>
    <message>
        <source>This meeting has already started.</source>
        <translation>Cette réunion a déjà démarré.</translation>
    </message>
    <message>
        <source>The host is letting nobody in for the moment. Please wait a little.</source>
        <translation>L’organisateur ne fait entrer personne pour le moment. Patientez un instant.</translation>
    </message>
    <message>
        <source>The host cannot let you into this meeting.</source>
        <translation>L’organisateur ne peut pas vous faire entrer dans cette réunion.</translation>
    </message>
    <message>
        <source>This meeting was changed meanwhile. Look at it again first.</source>
        <translation>Cette réunion a été modifiée entre-temps. Consultez-la d’abord à nouveau.</translation>
    </message>
    <message>
        <source>This meeting was already sent with other details. Check the list before trying again.</source>
        <translation>Cette réunion a déjà été envoyée avec d’autres informations. Vérifiez la liste avant de réessayer.</translation>
    </message>
    <message>
        <source>This is too long for the service. Shorten the text.</source>
        <translation>C’est trop long pour le service. Raccourcissez le texte.</translation>
    </message>
    <message>
        <source>This app is too old for the service. Ask your IT department for the current version.</source>
        <translation>Cette application est trop ancienne pour le service. Demandez la version actuelle à votre service informatique.</translation>
    </message>
    <message>
        <source>Some fields need your attention.</source>
        <translation>Certains champs sont à corriger.</translation>
    </message>
    <message>
        <source>Too many attempts. Wait a few minutes, then try again.</source>
        <translation>Trop de tentatives. Attendez quelques minutes, puis réessayez.</translation>
    </message>
    <message>
        <source>The service has a problem of its own. Nothing was lost.</source>
        <translation>Le service rencontre un problème. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>The service is not available right now. Nothing was lost.</source>
        <translation>Le service n’est pas disponible pour le moment. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>The video server does not answer. The meeting has not changed.</source>
        <translation>Le serveur vidéo ne répond pas. La réunion n’a pas changé.</translation>
    </message>
    <message>
        <source>The service takes too long to answer.</source>
        <translation>Le service met trop de temps à répondre.</translation>
    </message>
    <message>
        <source>The service cannot be reached. Check your network.</source>
        <translation>Le service est injoignable. Vérifiez votre réseau.</translation>
    </message>
    <message>
        <source>The service gave an answer that this app does not understand.</source>
        <translation>Le service a donné une réponse que cette application ne comprend pas.</translation>
    </message>
    <message>
        <source>The service sent a room key that this app cannot read.</source>
        <translation>Le service a envoyé une clé de salle que cette application ne sait pas lire.</translation>
    </message>
    <message>
        <source>The room refused the key: it was used already or is too old.</source>
        <translation>La salle a refusé la clé&#xa0;: elle a déjà servi ou elle est trop ancienne.</translation>
    </message>
    <message>
        <source>The room is closed.</source>
        <translation>La salle est fermée.</translation>
    </message>
    <message>
        <source>Your role does not allow that in this room.</source>
        <translation>Votre rôle ne le permet pas dans cette salle.</translation>
    </message>
    <message>
        <source>The video server cannot be reached. Check your network.</source>
        <translation>Le serveur vidéo est injoignable. Vérifiez votre réseau.</translation>
    </message>
    <message>
        <source>The video server could not prove who it is: this computer does not trust its certificate.</source>
        <translation>Le serveur vidéo n’a pas pu prouver son identité&#xa0;: cet ordinateur ne fait pas confiance à son certificat.</translation>
    </message>
    <message>
        <source>The video server does not answer.</source>
        <translation>Le serveur vidéo ne répond pas.</translation>
    </message>
    <message>
        <source>The video server sent something that this app does not understand.</source>
        <translation>Le serveur vidéo a envoyé un message que cette application ne comprend pas.</translation>
    </message>
    <message>
        <source>Sound and picture could not be connected. A firewall may be in the way.</source>
        <translation>Le son et l’image n’ont pas pu être établis. Un pare-feu fait peut-être obstacle.</translation>
    </message>
    <message>
        <source>You have already left the room.</source>
        <translation>Vous avez déjà quitté la salle.</translation>
    </message>
    <message>
        <source>The message is too long. Shorten it, then send it again.</source>
        <translation>Le message est trop long. Raccourcissez-le, puis renvoyez-le.</translation>
    </message>
    <message>
        <source>This person is no longer in the room.</source>
        <translation>Cette personne n’est plus dans la salle.</translation>
    </message>
    <message>
        <source>Another application is using the camera. Close it, then turn the camera on.</source>
        <translation>Une autre application utilise la caméra. Fermez-la, puis activez la caméra.</translation>
    </message>
    <message>
        <source>No camera was found. Plug one in, then turn the camera on.</source>
        <translation>Aucune caméra trouvée. Branchez-en une, puis activez la caméra.</translation>
    </message>
    <message>
        <source>The system does not let this app use the camera. Allow it in the system&apos;s settings.</source>
        <translation>Le système n’autorise pas cette application à utiliser la caméra. Autorisez-la dans les réglages du système.</translation>
    </message>
    <message>
        <source>No microphone was found. Plug one in, then turn the microphone on.</source>
        <translation>Aucun micro trouvé. Branchez-en un, puis activez le micro.</translation>
    </message>
    <message>
        <source>The system does not let this app use the microphone. Allow it in the system&apos;s settings.</source>
        <translation>Le système n’autorise pas cette application à utiliser le micro. Autorisez-la dans les réglages du système.</translation>
    </message>
    <message>
        <source>Another application is using the microphone. Close it, then turn the microphone on.</source>
        <translation>Une autre application utilise le micro. Fermez-la, puis activez le micro.</translation>
    </message>
    <message>
        <source>This screen or window is no longer there. Choose another one.</source>
        <translation>Cet écran ou cette fenêtre n’est plus là. Choisissez-en un autre.</translation>
    </message>
    <message>
        <source>The system gives no picture of it. Show the window if it is hidden, and allow screen recording in the system&apos;s settings.</source>
        <translation>Le système n’en donne pas d’image. Affichez la fenêtre si elle est cachée, et autorisez l’enregistrement de l’écran dans les réglages du système.</translation>
    </message>
    <message>
        <source>Your company’s sign-in does not answer. Your password still works.</source>
        <translation>La connexion de votre entreprise ne répond pas. Votre mot de passe fonctionne toujours.</translation>
    </message>
</context>
<context>
    <name>HistoryViewModel</name>
    <message>
        <source>MiKL meetings</source>
        <translation>Réunions MiKL</translation>
    </message>
    <message>
        <source>All clients</source>
        <translation>Tous les clients</translation>
    </message>
    <message numerus="yes">
        <source>%n meeting(s) held</source>
        <translation>
            <numerusform>%n réunion tenue</numerusform>
            <numerusform>%n réunions tenues</numerusform>
        </translation>
    </message>
    <message>
        <source>All the time</source>
        <translation>Toute la période</translation>
    </message>
    <message>
        <source>rated {average} of 5</source>
        <translation>note {average} sur 5</translation>
    </message>
</context>
<context>
    <name>HubDesk</name>
    <message>
        <source>The link is copied.</source>
        <translation>Le lien est copié.</translation>
    </message>
    <message>
        <source>The file could not be written: {reason}</source>
        <translation>Le fichier n’a pas pu être écrit&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>{name} is invited: the link is on its way to {email}.</source>
        <translation>Invitation envoyée à {name}, à l’adresse {email}.</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>Tableau (*.csv)</translation>
    </message>
    <message>
        <source>Calendar (*.ics)</source>
        <translation>Agenda (*.ics)</translation>
    </message>
    <message>
        <source>Export the history</source>
        <translation>Exporter l’historique</translation>
    </message>
    <message>
        <source>{file} is written.</source>
        <translation>{file} est enregistré.</translation>
    </message>
    <message>
        <source>Planned until {hour} now.</source>
        <translation>Prévue maintenant jusqu’à {hour}.</translation>
    </message>
    <message>
        <source>“{title}” is planned, and {name} is told.</source>
        <translation>«&#xa0;{title}&#xa0;» est planifiée, et {name} en reçoit l’annonce.</translation>
    </message>
    <message>
        <source>“{title}” is changed, and {name} is told.</source>
        <translation>«&#xa0;{title}&#xa0;» est modifiée, et {name} en reçoit l’annonce.</translation>
    </message>
    <message>
        <source>“{title}” is cancelled, and {name} is told.</source>
        <translation>«&#xa0;{title}&#xa0;» est annulée, et {name} en reçoit l’annonce.</translation>
    </message>
</context>
<context>
    <name>LinkFollower</name>
    <message>
        <source>Sign in to open the meeting of your link.</source>
        <translation>Connectez-vous pour ouvrir la réunion de votre lien.</translation>
    </message>
    <message>
        <source>The meeting of this link does not exist, or is not one of {name}’s. If it is for another account, sign out first.</source>
        <translation>La réunion de ce lien n’existe pas, ou n’est pas une réunion de {name}. Si elle concerne un autre compte, déconnectez-vous d’abord.</translation>
    </message>
    <message>
        <source>“{title}” was cancelled.</source>
        <translation>«&#xa0;{title}&#xa0;» a été annulée.</translation>
    </message>
    <message>
        <source>“{title}” is over.</source>
        <translation>«&#xa0;{title}&#xa0;» est terminée.</translation>
    </message>
    <message>
        <source>“{title}” has not started yet. It is planned for {day} at {hour}.</source>
        <translation>«&#xa0;{title}&#xa0;» n’a pas encore commencé. Elle est prévue {day} à {hour}.</translation>
    </message>
    <message>
        <source>This link is incomplete or is none of ours. Copy it again from the message.</source>
        <translation>Ce lien est incomplet ou n’est pas des nôtres. Copiez-le à nouveau depuis le message.</translation>
    </message>
    <message>
        <source>You are signed in as {name}. Sign out first: the link is opened then.</source>
        <translation>Vous êtes connecté en tant que {name}. Déconnectez-vous d’abord&#xa0;: le lien s’ouvrira ensuite.</translation>
    </message>
    <message>
        <source>You are signed in as {name}: nothing is left to do in the browser.</source>
        <translation>Vous êtes connecté en tant que {name}&#xa0;: il n’y a plus rien à faire dans le navigateur.</translation>
    </message>
</context>
<context>
    <name>MeetingHistory</name>
    <message>
        <source>Planned for {day}</source>
        <translation>Planifiée pour le {day}</translation>
    </message>
    <message>
        <source>Moved from {before} to {after}</source>
        <translation>Déplacée du {before} au {after}</translation>
    </message>
    <message>
        <source>Length changed from {before} to {after}</source>
        <translation>Durée changée de {before} à {after}</translation>
    </message>
    <message>
        <source>Renamed; before: “{title}”</source>
        <translation>Renommée&#x202f;; avant&#xa0;: «&#xa0;{title}&#xa0;»</translation>
    </message>
    <message>
        <source>Agenda changed</source>
        <translation>Ordre du jour changé</translation>
    </message>
    <message>
        <source>Cancelled: {reason}</source>
        <translation>Annulée&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>Cancelled without a reason</source>
        <translation>Annulée sans motif</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Démarrée</translation>
    </message>
    <message>
        <source>Ended · {hours}</source>
        <translation>Terminée · {hours}</translation>
    </message>
    <message>
        <source>{name} waited · {hours}</source>
        <translation>{name} a attendu · {hours}</translation>
    </message>
    <message>
        <source>{name} did not come</source>
        <translation>{name} n’est pas venu(e)</translation>
    </message>
    <message>
        <source>Missed: nobody started it, planned for {day}</source>
        <translation>Manquée&#xa0;: personne ne l’a démarrée, prévue le {day}</translation>
    </message>
</context>
<context>
    <name>MeetingListViewModel</name>
    <message>
        <source>Meetings</source>
        <translation>Réunions</translation>
    </message>
    <message>
        <source>Hello {name}</source>
        <translation>Bonjour {name}</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Prochaine</translation>
    </message>
    <message>
        <source>Your next meeting</source>
        <translation>Votre prochaine réunion</translation>
    </message>
    <message>
        <source>Plan your first meeting</source>
        <translation>Planifiez votre première réunion</translation>
    </message>
    <message>
        <source>No meeting planned</source>
        <translation>Aucune réunion prévue</translation>
    </message>
    <message>
        <source>Choose a client, a day and an hour: the client is told at once.</source>
        <translation>Choisissez un client, un jour et une heure&#xa0;: le client est prévenu aussitôt.</translation>
    </message>
    <message>
        <source>You will be told here as soon as one is planned.</source>
        <translation>Vous serez prévenu ici dès que MiKL en planifie une.</translation>
    </message>
    <message>
        <source>This computer has no password store: you will sign in again at the next start.</source>
        <translation>Cet ordinateur n’a pas de coffre à mots de passe&#xa0;: il faudra vous reconnecter au prochain démarrage.</translation>
    </message>
    <message>
        <source>Offline: list as of {hour}. Trying again…</source>
        <translation>Hors ligne&#xa0;: liste de {hour}. Nouvel essai en cours…</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Aujourd’hui</translation>
    </message>
    <message>
        <source>Tomorrow</source>
        <translation>Demain</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>Cette semaine</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Plus tard</translation>
    </message>
    <message>
        <source>Offline: list of {day}, {hour}. Trying again…</source>
        <translation>Hors ligne&#xa0;: liste du {day}, {hour}. Nouvelle tentative…</translation>
    </message>
</context>
<context>
    <name>MeetingPanelViewModel</name>
    <message>
        <source>Too long: {most} characters at most.</source>
        <translation>Trop long&#xa0;: {most} caractères au plus.</translation>
    </message>
    <message>
        <source>Note and presence could not be loaded.</source>
        <translation>La note et la présence n’ont pas pu être chargées.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Enregistrement…</translation>
    </message>
    <message>
        <source>Not saved yet: the service does not answer.</source>
        <translation>Pas encore enregistrée&#xa0;: le service ne répond pas.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Enregistrée</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>Client</translation>
    </message>
    <message>
        <source>Organiser</source>
        <translation>Organisateur</translation>
    </message>
    <message>
        <source>{name} does not see this note.</source>
        <translation>{name} ne voit pas cette note.</translation>
    </message>
    <message>
        <source>Cancelled: {reason}</source>
        <translation>Annulée&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>Cancelled without a reason</source>
        <translation>Annulée sans motif</translation>
    </message>
    <message>
        <source>Started at {start}</source>
        <translation>Démarrée à {start}</translation>
    </message>
    <message>
        <source>From {start} to {end}, {duration}</source>
        <translation>De {start} à {end}, {duration}</translation>
    </message>
    <message>
        <source>There since {start}</source>
        <translation>Présent depuis {start}</translation>
    </message>
    <message>
        <source>Nobody is in the room yet.</source>
        <translation>Personne n’est encore dans la salle.</translation>
    </message>
    <message>
        <source>Nobody was in the room.</source>
        <translation>Personne n’était dans la salle.</translation>
    </message>
    <message>
        <source>Who was there could not be loaded.</source>
        <translation>Les présences n’ont pas pu être chargées.</translation>
    </message>
</context>
<context>
    <name>Meetings</name>
    <message>
        <source>with {name}</source>
        <translation>avec {name}</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Annulée</translation>
    </message>
    <message>
        <source>Ended · {duration}</source>
        <translation>Terminée · {duration}</translation>
    </message>
    <message>
        <source>In progress</source>
        <translation>En cours</translation>
    </message>
    <message>
        <source>In progress · {duration}</source>
        <translation>En cours · {duration}</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>Manquée</translation>
    </message>
    <message>
        <source>Waiting for {name}</source>
        <translation>En attente de {name}</translation>
    </message>
    <message>
        <source>Opens at {hour}</source>
        <translation>Ouvre à {hour}</translation>
    </message>
    <message>
        <source>Ready to start</source>
        <translation>Prête à démarrer</translation>
    </message>
    <message>
        <source>Soon</source>
        <translation>Bientôt</translation>
    </message>
    <message>
        <source>Planned</source>
        <translation>Planifiée</translation>
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
        <source>{name} is waiting</source>
        <translation>{name} attend</translation>
    </message>
    <message>
        <source>{name} has been waiting for {duration}</source>
        <translation>{name} attend depuis {duration}</translation>
    </message>
    <message>
        <source>Checked at {hour}</source>
        <translation>Vérifié à {hour}</translation>
    </message>
    <message>
        <source>every week</source>
        <translation>chaque semaine</translation>
    </message>
    <message>
        <source>Missed · called at {hour}</source>
        <translation>Manquée · appel à {hour}</translation>
    </message>
    <message>
        <source>rated {stars} of 5</source>
        <translation>noté {stars} sur 5</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>A meeting was planned for you: {title}</source>
        <translation>Une réunion est planifiée pour vous&#xa0;: {title}</translation>
    </message>
    <message>
        <source>Your meeting has started: {title}</source>
        <translation>Votre réunion a démarré&#xa0;: {title}</translation>
    </message>
    <message>
        <source>A meeting was cancelled: {title}</source>
        <translation>Une réunion est annulée&#xa0;: {title}</translation>
    </message>
    <message>
        <source>A meeting has changed: {title}</source>
        <translation>Une réunion a changé&#xa0;: {title}</translation>
    </message>
    <message>
        <source>{minutes} min late: {title}</source>
        <translation>{minutes}&#xa0;min de retard&#xa0;: {title}</translation>
    </message>
    <message>
        <source>{name} comes in {minutes} min: {title}</source>
        <translation>{name} arrive dans {minutes}&#xa0;min&#xa0;: {title}</translation>
    </message>
    <message>
        <source>Somebody is waiting for you: {title}</source>
        <translation>Quelqu’un vous attend&#xa0;: {title}</translation>
    </message>
    <message>
        <source>{name} is waiting for you: {title}</source>
        <translation>{name} vous attend&#xa0;: {title}</translation>
    </message>
</context>
<context>
    <name>ParticipantDesk</name>
    <message>
        <source>{name} knows that you come in {minutes} min.</source>
        <translation>{name} sait que vous arrivez dans {minutes}&#xa0;min.</translation>
    </message>
</context>
<context>
    <name>PeopleViewModel</name>
    <message>
        <source>{name} raises a hand</source>
        <translation>{name} lève la main</translation>
    </message>
    <message>
        <source>{name} (you)</source>
        <translation>{name} (vous)</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Organisateur</translation>
    </message>
    <message>
        <source>microphone off</source>
        <translation>micro désactivé</translation>
    </message>
    <message>
        <source>microphone on</source>
        <translation>micro activé</translation>
    </message>
    <message>
        <source>camera on</source>
        <translation>caméra activée</translation>
    </message>
    <message>
        <source>camera off</source>
        <translation>caméra désactivée</translation>
    </message>
    <message>
        <source>hand raised, place {place}</source>
        <translation>main levée, en position {place}</translation>
    </message>
    <message>
        <source>shares a screen</source>
        <translation>partage un écran</translation>
    </message>
</context>
<context>
    <name>PreJoinViewModel</name>
    <message>
        <source>camera on</source>
        <translation>caméra activée</translation>
    </message>
    <message>
        <source>camera off</source>
        <translation>caméra désactivée</translation>
    </message>
    <message>
        <source>microphone on</source>
        <translation>micro activé</translation>
    </message>
    <message>
        <source>microphone off</source>
        <translation>micro désactivé</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Vous</translation>
    </message>
    <message>
        <source>The camera starts…</source>
        <translation>La caméra démarre…</translation>
    </message>
</context>
<context>
    <name>PreJoinWords</name>
    <message>
        <source>This meeting was cancelled.</source>
        <translation>Cette réunion a été annulée.</translation>
    </message>
    <message>
        <source>{name} cannot let you in at the moment.</source>
        <translation>{name} ne peut pas vous faire entrer pour le moment.</translation>
    </message>
    <message>
        <source>with {name}</source>
        <translation>avec {name}</translation>
    </message>
    <message>
        <source>You come in by yourself as soon as {name} lets you in.</source>
        <translation>Vous entrerez automatiquement dès que {name} vous acceptera.</translation>
    </message>
    <message>
        <source>until the planned hour. You come in by yourself when {name} starts.</source>
        <translation>avant l’heure prévue. Vous entrerez automatiquement quand {name} démarrera.</translation>
    </message>
    <message>
        <source>The planned hour has come. You come in by yourself when {name} starts.</source>
        <translation>L’heure prévue est arrivée. Vous entrerez automatiquement quand {name} démarrera.</translation>
    </message>
    <message>
        <source>The meeting runs. {name} knows that you are waiting.</source>
        <translation>La réunion est en cours. {name} sait que vous attendez.</translation>
    </message>
    <message>
        <source>{name} has not started yet: everything is ready on your side.</source>
        <translation>{name} n’a pas encore démarré&#xa0;: tout est prêt de votre côté.</translation>
    </message>
    <message>
        <source>The meeting has just started.</source>
        <translation>La réunion vient de commencer.</translation>
    </message>
    <message>
        <source>The meeting started {duration} ago.</source>
        <translation>La réunion a commencé il y a {duration}.</translation>
    </message>
    <message>
        <source>{name} is told as soon as you start.</source>
        <translation>{name} sera averti dès que vous démarrez.</translation>
    </message>
    <message>
        <source>{name} is waiting for you.</source>
        <translation>{name} vous attend.</translation>
    </message>
    <message>
        <source>{name} has been waiting for you for {duration}.</source>
        <translation>{name} vous attend depuis {duration}.</translation>
    </message>
    <message>
        <source>Let {name} know</source>
        <translation>Prévenir {name}</translation>
    </message>
    <message>
        <source>{name} has been told that you are waiting.</source>
        <translation>{name} a été prévenu que vous attendez.</translation>
    </message>
</context>
<context>
    <name>QualityWords</name>
    <message>
        <source>Connection lost</source>
        <translation>Connexion perdue</translation>
    </message>
    <message>
        <source>Computer too slow</source>
        <translation>Ordinateur trop lent</translation>
    </message>
    <message>
        <source>Weak connection</source>
        <translation>Connexion faible</translation>
    </message>
    <message>
        <source>Connection: excellent</source>
        <translation>Connexion&#xa0;: excellente</translation>
    </message>
    <message>
        <source>Connection: good</source>
        <translation>Connexion&#xa0;: bonne</translation>
    </message>
    <message>
        <source>Connection: weak</source>
        <translation>Connexion&#xa0;: faible</translation>
    </message>
    <message>
        <source>Connection: lost</source>
        <translation>Connexion&#xa0;: perdue</translation>
    </message>
    <message>
        <source>your computer</source>
        <translation>votre ordinateur</translation>
    </message>
    <message>
        <source>the computer of {name}</source>
        <translation>l’ordinateur de {name}</translation>
    </message>
    <message>
        <source>on your side</source>
        <translation>de votre côté</translation>
    </message>
    <message>
        <source>on the side of {name}</source>
        <translation>du côté de {name}</translation>
    </message>
    <message>
        <source>Nothing to do on your side: it comes from {name}.</source>
        <translation>Rien à faire chez vous&#xa0;: cela vient de {name}.</translation>
    </message>
    <message>
        <source>Close other programs, or choose “Spare the computer” in the menu.</source>
        <translation>Fermez d’autres programmes, ou choisissez «&#xa0;Économiser l’ordinateur&#xa0;» dans le menu.</translation>
    </message>
    <message>
        <source>Go nearer to the Wi-Fi or take a cable; stop downloads; or choose “Sound only”.</source>
        <translation>Rapprochez-vous du Wi-Fi ou branchez un câble&#x202f;; arrêtez les téléchargements&#x202f;; ou choisissez «&#xa0;Son seul&#xa0;».</translation>
    </message>
    <message>
        <source>Reconnecting…</source>
        <translation>Reconnexion…</translation>
    </message>
</context>
<context>
    <name>Readiness</name>
    <message>
        <source>Connection blocked</source>
        <translation>Connexion bloquée</translation>
    </message>
    <message>
        <source>No loudspeaker</source>
        <translation>Haut-parleur absent</translation>
    </message>
    <message>
        <source>Equipment ready</source>
        <translation>Matériel prêt</translation>
    </message>
    <message>
        <source>Microphone blocked</source>
        <translation>Micro bloqué</translation>
    </message>
    <message>
        <source>Microphone in use elsewhere</source>
        <translation>Micro occupé ailleurs</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>Micro absent</translation>
    </message>
    <message>
        <source>Camera blocked</source>
        <translation>Caméra bloquée</translation>
    </message>
    <message>
        <source>Camera in use elsewhere</source>
        <translation>Caméra occupée ailleurs</translation>
    </message>
    <message>
        <source>No camera</source>
        <translation>Caméra absente</translation>
    </message>
</context>
<context>
    <name>Reminders</name>
    <message numerus="yes">
        <source>In %n minute(s)</source>
        <translation>
            <numerusform>Dans %n&#xa0;minute</numerusform>
            <numerusform>Dans %n&#xa0;minutes</numerusform>
        </translation>
    </message>
    <message>
        <source>{when}: {title}</source>
        <translation>{when}&#xa0;: {title}</translation>
    </message>
    <message>
        <source>with {name}</source>
        <translation>avec {name}</translation>
    </message>
</context>
<context>
    <name>RoomSound</name>
    <message>
        <source>Are you talking? Your microphone is off.</source>
        <translation>Vous parlez&#x202f;? Votre micro est désactivé.</translation>
    </message>
    <message>
        <source>No sound from your microphone. Look, in this order, at its own switch or key, at which microphone is chosen, and at its volume in the system&apos;s settings.</source>
        <translation>Aucun son de votre micro. Vérifiez dans l’ordre&#xa0;: son interrupteur ou sa touche, le micro choisi, puis son volume dans les réglages du système.</translation>
    </message>
    <message>
        <source>“{name}” is plugged in again and in use.</source>
        <translation>«&#xa0;{name}&#xa0;» est de nouveau branché et utilisé.</translation>
    </message>
    <message>
        <source>“{name}” was unplugged: you hear the others through “{used}”.</source>
        <translation>«&#xa0;{name}&#xa0;» a été débranché&#xa0;: le son passe par «&#xa0;{used}&#xa0;».</translation>
    </message>
    <message>
        <source>“{name}” was unplugged, and there is no other loudspeaker.</source>
        <translation>«&#xa0;{name}&#xa0;» a été débranché, et il n’y a pas d’autre haut-parleur.</translation>
    </message>
    <message>
        <source>“{name}” was unplugged: you are heard through “{used}”.</source>
        <translation>«&#xa0;{name}&#xa0;» a été débranché&#xa0;: votre voix passe par «&#xa0;{used}&#xa0;».</translation>
    </message>
    <message>
        <source>“{name}” was unplugged, and there is no other microphone.</source>
        <translation>«&#xa0;{name}&#xa0;» a été débranché, et il n’y a pas d’autre micro.</translation>
    </message>
    <message>
        <source>“{name}” was unplugged: your picture comes from “{used}”.</source>
        <translation>«&#xa0;{name}&#xa0;» a été débranchée&#xa0;: votre image vient de «&#xa0;{used}&#xa0;».</translation>
    </message>
    <message>
        <source>“{name}” was unplugged, and there is no other camera.</source>
        <translation>«&#xa0;{name}&#xa0;» a été débranchée, et il n’y a pas d’autre caméra.</translation>
    </message>
    <message>
        <source>The background blur turned itself off: this computer could not keep up. What is behind you can be seen.</source>
        <translation>Le flou d’arrière-plan s’est désactivé&#xa0;: cet ordinateur n’arrivait plus à suivre. On voit ce qui est derrière vous.</translation>
    </message>
    <message>
        <source>The background blur turned itself off: it does not work on this computer. What is behind you can be seen.</source>
        <translation>Le flou d’arrière-plan s’est désactivé&#xa0;: il ne fonctionne pas sur cet ordinateur. On voit ce qui est derrière vous.</translation>
    </message>
</context>
<context>
    <name>RoomTiles</name>
    <message>
        <source>You</source>
        <translation>Vous</translation>
    </message>
    <message>
        <source>No sound and picture</source>
        <translation>Ni son ni image</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Connexion…</translation>
    </message>
    <message>
        <source>microphone off</source>
        <translation>micro désactivé</translation>
    </message>
    <message>
        <source>microphone on</source>
        <translation>micro activé</translation>
    </message>
    <message>
        <source>camera on</source>
        <translation>caméra activée</translation>
    </message>
    <message>
        <source>camera off</source>
        <translation>caméra désactivée</translation>
    </message>
    <message>
        <source>hand raised</source>
        <translation>main levée</translation>
    </message>
    <message>
        <source>Screen of {name}</source>
        <translation>Écran de {name}</translation>
    </message>
    <message>
        <source>Video stopped</source>
        <translation>Vidéo arrêtée</translation>
    </message>
</context>
<context>
    <name>RoomWords</name>
    <message>
        <source>Leaving the meeting…</source>
        <translation>Vous quittez la réunion…</translation>
    </message>
    <message>
        <source>The connection was lost for too long.</source>
        <translation>La connexion a été perdue trop longtemps.</translation>
    </message>
    <message>
        <source>Join again</source>
        <translation>Rejoindre à nouveau</translation>
    </message>
    <message>
        <source>Joining the meeting…</source>
        <translation>Connexion à la réunion…</translation>
    </message>
    <message>
        <source>Reconnecting…</source>
        <translation>Reconnexion…</translation>
    </message>
    <message>
        <source>Sound and picture come back by themselves.</source>
        <translation>Le son et l’image reviennent d’eux-mêmes.</translation>
    </message>
    <message>
        <source>{name} is not here yet.</source>
        <translation>{name} n’est pas encore là.</translation>
    </message>
    <message>
        <source>You are connected: the picture appears by itself.</source>
        <translation>Vous êtes connecté&#xa0;: l’image apparaîtra d’elle-même.</translation>
    </message>
    <message>
        <source>Duration: {duration}</source>
        <translation>Durée&#xa0;: {duration}</translation>
    </message>
    <message>
        <source>Your camera is off so that your voice gets through. It comes back by itself.</source>
        <translation>Votre caméra est coupée pour que votre voix passe. Elle reviendra d’elle-même.</translation>
    </message>
    <message>
        <source>The meeting is over.</source>
        <translation>La réunion est terminée.</translation>
    </message>
    <message>
        <source>{name} has ended the meeting.</source>
        <translation>{name} a terminé la réunion.</translation>
    </message>
    <message>
        <source>You were removed from the meeting.</source>
        <translation>Vous avez été retiré de la réunion.</translation>
    </message>
    <message>
        <source>You have left the meeting.</source>
        <translation>Vous avez quitté la réunion.</translation>
    </message>
    <message>
        <source>{name} turned your microphone off.</source>
        <translation>{name} a coupé votre micro.</translation>
    </message>
    <message>
        <source>Next meeting: {title}, {day} at {hour}</source>
        <translation>Prochaine réunion&#xa0;: {title}, {day} à {hour}</translation>
    </message>
    <message numerus="yes">
        <source>The meeting ends by itself in %n second(s).</source>
        <translation>
            <numerusform>La réunion se terminera d’elle-même dans %n seconde.</numerusform>
            <numerusform>La réunion se terminera d’elle-même dans %n secondes.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>You leave the meeting by yourself in %n second(s).</source>
        <translation>
            <numerusform>Vous quitterez la réunion dans %n seconde.</numerusform>
            <numerusform>Vous quitterez la réunion dans %n secondes.</numerusform>
        </translation>
    </message>
    <message>
        <source>You have been alone for 15 minutes.</source>
        <translation>Vous êtes seul depuis 15 minutes.</translation>
    </message>
    <message>
        <source>The meeting has reached its longest duration.</source>
        <translation>La réunion a atteint sa durée maximale.</translation>
    </message>
    <message>
        <source>The meeting has ended: it had been empty.</source>
        <translation>La réunion est terminée&#xa0;: plus personne n’y était.</translation>
    </message>
    <message>
        <source>{name} is reconnecting…</source>
        <translation>{name} se reconnecte…</translation>
    </message>
    <message>
        <source>The line was cut over there. The meeting goes on: the picture comes back by itself.</source>
        <translation>Sa connexion a été coupée. La réunion continue&#xa0;: l’image reviendra d’elle-même.</translation>
    </message>
    <message>
        <source>{name} has left.</source>
        <translation>{name} a quitté la réunion.</translation>
    </message>
    <message>
        <source>The meeting goes on: {name} can come back.</source>
        <translation>La réunion continue&#xa0;: {name} peut revenir.</translation>
    </message>
</context>
<context>
    <name>Schedule</name>
    <message>
        <source>Choose a client.</source>
        <translation>Choisissez un client.</translation>
    </message>
    <message>
        <source>Give the meeting a title.</source>
        <translation>Donnez un titre à la réunion.</translation>
    </message>
    <message>
        <source>Choose a day and an hour.</source>
        <translation>Choisissez un jour et une heure.</translation>
    </message>
    <message>
        <source>The clocks change that night and skip this hour. Choose another one.</source>
        <translation>Cette nuit-là, le changement d’heure saute cette heure. Choisissez-en une autre.</translation>
    </message>
    <message>
        <source>This hour is in the past.</source>
        <translation>Cette heure est passée.</translation>
    </message>
    <message>
        <source>You already have “{title}” at {hours}.</source>
        <translation>Vous avez déjà «&#xa0;{title}&#xa0;» à {hours}.</translation>
    </message>
    <message>
        <source>At most {most} characters.</source>
        <translation>{most} caractères au plus.</translation>
    </message>
    <message>
        <source>The last one on {day}.</source>
        <translation>La dernière le {day}.</translation>
    </message>
</context>
<context>
    <name>ScheduleViewModel</name>
    <message>
        <source>What you had not touched now shows the newer version.</source>
        <translation>Ce que vous n’aviez pas modifié montre maintenant la version la plus récente.</translation>
    </message>
    <message>
        <source>The meeting has changed meanwhile. What you typed is kept.</source>
        <translation>La réunion a changé entre-temps. Ce que vous avez écrit est gardé.</translation>
    </message>
    <message>
        <source>Load it again</source>
        <translation>La recharger</translation>
    </message>
    <message>
        <source>{name} is invited: the link is on its way to {email}.</source>
        <translation>Invitation envoyée à {name}, à l’adresse {email}.</translation>
    </message>
    <message numerus="yes">
        <source>%n of these meetings overlap with others.</source>
        <translation>
            <numerusform>%n de ces réunions en chevauche une autre.</numerusform>
            <numerusform>%n de ces réunions en chevauchent d’autres.</numerusform>
        </translation>
    </message>
    <message>
        <source>This hour is still meant in {zone}.</source>
        <translation>Cette heure s’entend encore en {zone}.</translation>
    </message>
    <message>
        <source>What you had typed is still here.</source>
        <translation>Ce que vous aviez saisi est toujours là.</translation>
    </message>
</context>
<context>
    <name>SettingsViewModel</name>
    <message>
        <source>This holds until the app is closed: it could not be saved.</source>
        <translation>Valable jusqu’à la fermeture&#xa0;: l’enregistrement a échoué.</translation>
    </message>
    <message>
        <source>Enter an address such as http://proxy.example.org:3128, without a password.</source>
        <translation>Saisissez une adresse telle que http://proxy.example.org:3128, sans mot de passe.</translation>
    </message>
    <message>
        <source>This value is not accepted here.</source>
        <translation>Cette valeur n’est pas acceptée ici.</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Général</translation>
    </message>
    <message>
        <source>Sound and picture</source>
        <translation>Son et image</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Réseau</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Compte</translation>
    </message>
    <message>
        <source>About</source>
        <translation>À propos</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Comme le système</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clair</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Sombre</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Apparence</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Langue</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Couleurs</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Caméra</translation>
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
        <source>Remove the echo of the loudspeaker</source>
        <translation>Supprimer l’écho du haut-parleur</translation>
    </message>
    <message>
        <source>Remove background noise</source>
        <translation>Supprimer les bruits de fond</translation>
    </message>
    <message>
        <source>Adjust the volume of my voice</source>
        <translation>Ajuster le volume de ma voix</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Appareils</translation>
    </message>
    <message>
        <source>My voice</source>
        <translation>Ma voix</translation>
    </message>
    <message>
        <source>{name} is not plugged in.</source>
        <translation>{name} n’est pas branché.</translation>
    </message>
    <message>
        <source>None was found.</source>
        <translation>Aucun n’a été trouvé.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucun</translation>
    </message>
    <message>
        <source>This one</source>
        <translation>Celui-ci</translation>
    </message>
    <message>
        <source>Address of the proxy</source>
        <translation>Adresse du proxy</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Proxy</translation>
    </message>
    <message>
        <source>Proxy of the network</source>
        <translation>Proxy du réseau</translation>
    </message>
    <message>
        <source>Through relays alone</source>
        <translation>Par des relais uniquement</translation>
    </message>
    <message>
        <source>For networks that let nothing else through. Sound may arrive later.</source>
        <translation>Pour les réseaux qui ne laissent rien passer d’autre. Le son peut arriver plus tard.</translation>
    </message>
    <message>
        <source>Changes on this page hold from the next start.</source>
        <translation>Les changements de cette page valent à partir du prochain démarrage.</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>Version {version}</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Service</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>Show the libraries</source>
        <translation>Afficher les bibliothèques</translation>
    </message>
    <message>
        <source>Made with open-source libraries</source>
        <translation>Réalisé avec des bibliothèques libres</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Notifications</translation>
    </message>
    <message>
        <source>When I am not looking</source>
        <translation>En arrière-plan</translation>
    </message>
    <message>
        <source>Start when I log in to this computer</source>
        <translation>Démarrer à l’ouverture de ma session</translation>
    </message>
    <message>
        <source>In the background, beside the clock.</source>
        <translation>En arrière-plan, près de l’horloge.</translation>
    </message>
    <message>
        <source>Keep running when the window is closed</source>
        <translation>Rester ouvert quand je ferme la fenêtre</translation>
    </message>
    <message>
        <source>Reminders and calls still reach you.</source>
        <translation>Rappels et appels vous parviennent toujours.</translation>
    </message>
    <message>
        <source>Tell me about</source>
        <translation>Me prévenir</translation>
    </message>
    <message>
        <source>Meetings that are planned, moved or cancelled</source>
        <translation>Des réunions planifiées, déplacées ou annulées</translation>
    </message>
    <message>
        <source>Coming meetings</source>
        <translation>Des réunions à venir</translation>
    </message>
    <message>
        <source>10 minutes and 1 minute before.</source>
        <translation>10 minutes et 1 minute avant.</translation>
    </message>
    <message>
        <source>Somebody who waits for me</source>
        <translation>De quelqu’un qui m’attend</translation>
    </message>
    <message>
        <source>A small window in the corner of the screen.</source>
        <translation>Une petite fenêtre dans le coin de l’écran.</translation>
    </message>
    <message>
        <source>With a sound</source>
        <translation>Avec un son</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>Essayer</translation>
    </message>
    <message>
        <source>Test my setup</source>
        <translation>Tester ma configuration</translation>
    </message>
    <message>
        <source>Tell me when I talk while muted</source>
        <translation>M’avertir quand je parle micro désactivé</translation>
    </message>
    <message>
        <source>How loud it is, is measured on this computer; nothing is sent or kept.</source>
        <translation>Seul le volume est mesuré, sur cet ordinateur&#x202f;; rien n’est envoyé ni conservé.</translation>
    </message>
    <message>
        <source>My picture</source>
        <translation>Mon image</translation>
    </message>
    <message>
        <source>The picture is worked on here; it turns itself off where the computer is too slow.</source>
        <translation>L’image est traitée ici&#x202f;; il se désactive de lui-même si l’ordinateur est trop lent.</translation>
    </message>
    <message>
        <source>This installation does not contain it.</source>
        <translation>Cette installation ne le contient pas.</translation>
    </message>
    <message>
        <source>Background blur</source>
        <translation>Flou d’arrière-plan</translation>
    </message>
</context>
<context>
    <name>ShareViewModel</name>
    <message>
        <source>This system gives no picture of its screens or windows.</source>
        <translation>Ce système ne donne pas d’image de ses écrans ni de ses fenêtres.</translation>
    </message>
    <message>
        <source>Whole screen</source>
        <translation>Tout l’écran</translation>
    </message>
    <message>
        <source>Screen {number}</source>
        <translation>Écran {number}</translation>
    </message>
    <message>
        <source>Window without a title</source>
        <translation>Fenêtre sans titre</translation>
    </message>
    <message>
        <source>window</source>
        <translation>fenêtre</translation>
    </message>
    <message>
        <source>this meeting itself</source>
        <translation>cette réunion même</translation>
    </message>
    <message>
        <source>your screen</source>
        <translation>votre écran</translation>
    </message>
    <message>
        <source>You are sharing “{name}”</source>
        <translation>Vous partagez «&#xa0;{name}&#xa0;»</translation>
    </message>
    <message>
        <source>{name} is sharing now: your sharing has ended.</source>
        <translation>{name} partage maintenant&#xa0;: votre partage est terminé.</translation>
    </message>
    <message>
        <source>{name} is sharing: yours takes its place.</source>
        <translation>{name} partage en ce moment&#xa0;: votre partage prendra sa place.</translation>
    </message>
</context>
<context>
    <name>SignInViewModel</name>
    <message>
        <source>Enter your e-mail address.</source>
        <translation>Saisissez votre adresse e-mail.</translation>
    </message>
    <message>
        <source>This account is a client&apos;s. Open {product} instead.</source>
        <translation>Ce compte est celui d’un client. Ouvrez plutôt {product}.</translation>
    </message>
    <message>
        <source>This account is the host&apos;s. Open {product} instead.</source>
        <translation>Ce compte est celui de l’organisateur. Ouvrez plutôt {product}.</translation>
    </message>
    <message>
        <source>Your session has ended. Sign in again to go on.</source>
        <translation>Votre session est terminée. Reconnectez-vous pour continuer.</translation>
    </message>
    <message>
        <source>This computer has no password store: you will sign in again at the next start.</source>
        <translation>Cet ordinateur n’a pas de coffre à mots de passe&#xa0;: il faudra vous reconnecter au prochain démarrage.</translation>
    </message>
    <message>
        <source>This invitation is for clients. Open it with {product}.</source>
        <translation>Cette invitation s’adresse aux clients. Ouvrez-la avec {product}.</translation>
    </message>
    <message>
        <source>Please fill in this field.</source>
        <translation>Veuillez remplir ce champ.</translation>
    </message>
    <message>
        <source>At least {count} characters, please.</source>
        <translation>Au moins {count} caractères, s’il vous plaît.</translation>
    </message>
    <message>
        <source>If {email} has an account, a message is on its way. Open its link, or paste the code here.</source>
        <translation>Si {email} a un compte, un message est en route. Ouvrez son lien, ou collez le code ici.</translation>
    </message>
    <message>
        <source>Your password is changed. Sign in with it.</source>
        <translation>Votre mot de passe est changé. Connectez-vous avec celui-ci.</translation>
    </message>
    <message>
        <source>The service does not answer. You will be signed in as soon as it does.</source>
        <translation>Le service ne répond pas. Vous serez connecté dès qu’il répondra.</translation>
    </message>
    <message>
        <source>At least {count} characters; four unrelated words are a good one.</source>
        <translation>Au moins {count} caractères&#x202f;; quatre mots sans lien font l’affaire.</translation>
    </message>
</context>
<context>
    <name>StartNowViewModel</name>
    <message>
        <source>Meeting</source>
        <translation>Réunion</translation>
    </message>
    <message>
        <source>Choose a client.</source>
        <translation>Choisissez un client.</translation>
    </message>
</context>
<context>
    <name>StatisticsViewModel</name>
    <message>
        <source>You</source>
        <translation>Vous</translation>
    </message>
    <message>
        <source>Screen of {name}</source>
        <translation>Écran de {name}</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>{rate} pictures/s</source>
        <translation>{rate} images/s</translation>
    </message>
    <message>
        <source>Frame rate</source>
        <translation>Cadence</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Son</translation>
    </message>
    <message>
        <source>Lost packets</source>
        <translation>Paquets perdus</translation>
    </message>
    <message>
        <source>Jitter</source>
        <translation>Gigue</translation>
    </message>
    <message>
        <source>There and back</source>
        <translation>Aller-retour</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Chemin</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Open</source>
        <translation>Ouvrir</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Quitter</translation>
    </message>
</context>
<context>
    <name>TrayViewModel</name>
    <message>
        <source>Mute the microphone</source>
        <translation>Désactiver le micro</translation>
    </message>
    <message>
        <source>Unmute the microphone</source>
        <translation>Activer le micro</translation>
    </message>
    <message>
        <source>{action}: {title}</source>
        <translation>{action}&#xa0;: {title}</translation>
    </message>
    <message>
        <source>In a meeting</source>
        <translation>En réunion</translation>
    </message>
    <message>
        <source>Not signed in</source>
        <translation>Non connecté</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Connexion…</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Hors ligne</translation>
    </message>
    <message>
        <source>No meeting planned</source>
        <translation>Aucune réunion prévue</translation>
    </message>
    <message>
        <source>{day}, {hours} · {title}</source>
        <translation>{day}, {hours} · {title}</translation>
    </message>
</context>
<context>
    <name>VersionWatch</name>
    <message>
        <source>A newer version is available. Your IT service can install it.</source>
        <translation>Une version plus récente est disponible. Votre service informatique peut l’installer.</translation>
    </message>
</context>
</TS>
