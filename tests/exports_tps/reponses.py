"""Answers of the treasury written by hand: what the simulator never says."""

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"


def _balise(nom, valeur):
    return f'<{nom} V="{valeur}"/>'


def _tete(flux, collectivite, a_code_budget):
    budget = flux.budget
    codes = [("IdPost", budget.codique_poste), ("IdColl", budget.identifiant_collectivite)]
    codes += [(collectivite, budget.code_collectivite)]
    codes += [("CodBud", budget.code_budget)] if a_code_budget else []
    return (
        '<Enveloppe><Parametres><Version V="2"/><TypFic V="X"/>'
        f"{_balise('NomFic', flux.nom_fichier)}</Parametres>"
        '<Emetteur><Sigle V="DGFIP"/><Adresse V="HELIOS"/></Emetteur></Enveloppe>'
        '<EnTetePES><DteStr V="2026-11-23"/>'
        f"{''.join(_balise(*code) for code in codes)}</EnTetePES>"
    )


def _deposer(settings, nom, racine, espace, contenu):
    settings.TPS_RETOURS.mkdir(parents=True, exist_ok=True)
    (settings.TPS_RETOURS / nom).write_text(
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:{racine} xmlns:n="{espace}">'
        f"{contenu}</n:{racine}>",
        encoding="iso-8859-1",
    )


def element(domaine, etat, *, bordereau=None, pj="", code="", libelle="motif"):
    """One ElementACQUIT."""
    suite = ""
    if bordereau is not None:
        suite += f'<NumBord V="{bordereau.numero}"/><ExerciceBord V="{bordereau.exercice_id}"/>'
    suite += _balise("IdUnique", pj) if pj else ""
    if code:
        suite += f"<Erreur>{_balise('NumAnoAck', code)}{_balise('LibelleAnoAck', libelle)}</Erreur>"
    return (
        f"<ElementACQUIT>{_balise('DomaineAck', domaine)}{_balise('EtatAck', etat)}{suite}"
        "</ElementACQUIT>"
    )


def acquitter(settings, flux, nom, *elements, bloc=None):
    """Drop a PES_ACQUIT of `elements`, or with `bloc` in the place of its block ACQUIT."""
    contenu = bloc
    if bloc is None:
        contenu = f'<ACQUIT><EnTeteAcquit><IdVer V="1"/></EnTeteAcquit>{"".join(elements)}</ACQUIT>'
    tete = _tete(flux, "CodCol", a_code_budget=True)
    _deposer(settings, nom, "PES_ACQUIT", f"{ESPACE}/v2", tete + contenu)


def ligne(*, etat="01", observations="", cumul=0, reglements=()):
    """One line: `cumul` of InfoPaiement, `reglements` as (day, francs)."""
    info = f'<InfoPaiement><NbrPay V="1"/><MtPayTot V="{cumul}"/></InfoPaiement>' if cumul else ""
    verses = "".join(
        f'<PaiementEmargement><OrgEma V="01"/><DtePay V="{jour}"/><MtPay V="{montant}"/>'
        "</PaiementEmargement>"
        for jour, montant in reglements
    )
    return (
        f'<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><EtatLigPce V="{etat}"/>'
        f'{observations}<MtHT V="100000"/><MtTVA V="11000"/></InfoLignePiece>{info}'
        f"</BlocLignePiece>{verses}</LigneDePiece>"
    )


def mandat(piece, etat, *lignes, dates=("DtePcePec", "2026-11-24"), fin=""):
    """One mandat in state `etat`; `dates` come before it, `fin` after."""
    avant = _balise(*dates) if dates else ""
    return (
        f'<Piece><InfoPiece><IdPce V="{piece.numero}"/><TypPce V="01"/><NatPce V="01"/>{avant}'
        f'<EtatPce V="{etat}"/>{fin}</InfoPiece>{"".join(lignes or [ligne()])}</Piece>'
    )


def titre(piece, etat, montant, *, etat_ligne="05", jour="2026-12-01"):
    """One titre of one line, `montant` francs of it collected."""
    return (
        f'<Piece><BlocPiece><IdPce V="{piece.numero}"/><TypPce V="01"/><NatPce V="01"/>'
        f'<EtatPce V="{etat}"/></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePiece>'
        f'<IdLigne V="1"/><EtatLigPce V="{etat_ligne}"/><MtHT V="45000"/></InfoLignePiece>'
        f'</BlocLignePiece><EncaissementEmargement><OrgEma V="03"/><DteReco V="{jour}"/>'
        f'<MtReco V="{montant}"/></EncaissementEmargement></LigneDePiece></Piece>'
    )


def repondre(settings, flux, nom, *pieces, sens="Depense", a_code_budget=True, type_bordereau="01"):
    """Drop a PES_Retour of `pieces` of one side."""
    contenu = (
        f'<PES_{sens}Retour><EnTete{sens}><TypRestit V="02"/><IdVer V="2"/><NatInf V="2"/>'
        f'</EnTete{sens}><Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="1"/>'
        f'<TypBord V="{type_bordereau}"/></BlocBordereau>{"".join(pieces)}</Bordereau>'
        f"</PES_{sens}Retour>"
    )
    tete = _tete(flux, "CodColl", a_code_budget)
    _deposer(settings, nom, "PES_Retour", ESPACE, tete + contenu)


def repeter(settings, nom, autre, avant, apres):
    """Drop again, as `autre`, an answer already dropped, with `apres` in the place of `avant`."""
    octets = (settings.TPS_RETOURS / nom).read_bytes()
    assert avant in octets
    (settings.TPS_RETOURS / autre).write_bytes(octets.replace(avant, apres))


def dites(message):
    """Return the reserves of a message, a line each."""
    return "\n".join(message.reserves.values_list("texte", flat=True))
