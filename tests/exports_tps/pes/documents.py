"""Documents made of our declarations: every element that a root may hold, each choice in turn."""

from itertools import count

from exports_tps.pes.modeles import RACINES, SIGNATURE

VALEURS = [
    *("Texte", "2026-11-22", "2026", "1", "01", "001", "0", "A1", "12", "250", "988001", "B1", "S"),
    *("02", "2", "13", "99", "988", "11", "06", "2A", "101"),
    *("FR1420041010050500013M02606", "BNPAFRPP", "a.pdf", "ERREUR_AUTRE", "TEXTE", "14"),
]
ENTETE = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'


def _valeur(type_simple, champ):
    if champ is not None and champ.exige is not None:
        return str(champ.exige)
    return next(valeur for valeur in VALEURS if type_simple.accepte(valeur))


def _ecartees(noeud, branche):
    """Return the tags that the branch left aside of each choice does not have."""
    ecartees = set()
    for choix in noeud.choix:
        retenue = choix.branches[branche % len(choix.branches)]
        autres = {b for branches in choix.branches for balises in branches for b in balises}
        ecartees |= autres - {*retenue[0], *retenue[1]}
    return ecartees


def _contenu(noeud, branche, numeros, ecartees=frozenset()):
    ecartees = ecartees | _ecartees(noeud, branche)
    for particule in noeud.particules:
        enfant = particule.noeud
        if enfant.balise in ecartees or enfant.balise == SIGNATURE:
            continue
        fois = 2 if particule.est_multiple else 1
        for _ in range(fois):
            yield _element(particule, branche, numeros, ecartees if enfant.classe is None else ())


def _element(particule, branche, numeros, ecartees):
    noeud = particule.noeud
    if noeud.type_simple is not None:
        return f'<{noeud.balise} V="{_valeur(noeud.type_simple, particule.champ)}"/>'
    if noeud.est_contenu:
        return f'<{noeud.balise} MIMEType="application/pdf">H4sIAAAA</{noeud.balise}>\n'
    identifiant = f' Id="a{next(numeros)}"' if noeud.est_identifie else ""
    contenu = "".join(_contenu(noeud, branche, numeros, frozenset(ecartees)))
    return f"<{noeud.balise}{identifiant}>{contenu}</{noeud.balise}>\n"


def document_complet(racine, branche=0):
    """Return a document with every element of a root, taking that branch of each choice."""
    espace, nom = racine
    contenu = "".join(_contenu(RACINES[racine], branche, count()))
    return f'{ENTETE}<n:{nom} xmlns:n="{espace}">\n{contenu}</n:{nom}>\n'.encode("iso-8859-1")


COMPLETS = {
    f"{espace.rpartition('/')[2]} {nom} {branche}": document_complet((espace, nom), branche)
    for espace, nom in RACINES
    for branche in range(3)
}
