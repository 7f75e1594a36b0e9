"""What clears a receipt that waits in 4718: it settles a titre, in whole or in part.

A receipt imputed in a payout, or an excédent of cash, may prove to be the payment of a titre: the
comptable applies it. An excédent that nobody claims within the search period is kept by the
province: the finances issue its titre, which it settles at once (décret 2012-1246, art. 24).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun.calendrier import dernier_jour_echu, plus_mois
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit
from facturier.commun.montants import afficher
from facturier.grand_livre.models import (
    CORRECTIF,
    PIECES_SANS_EFFET,
    EtatPiece,
    Parametre,
    Piece,
    Titre,
)
from facturier.grand_livre.passation import EcritureRefusee, contrepasser
from facturier.grand_livre.soldes import reste_du, retours_par_piece
from facturier.grand_livre.tresorerie import apurer_au_titre
from telepaiement import creances, echeanciers, recus_apurement
from telepaiement.imputations import en_attente
from telepaiement.models import (
    Apurement,
    EtatSession,
    LigneVersement,
    Produit,
    RectificationVersement,
    Regie,
    SessionCaisse,
)
from telepaiement.nominations import exiger_agent
from telepaiement.titres import DemandeTitre, emettre
from telepaiement.ventes import APRES_ENCAISSEMENT, tiers_de

COMPTE_EXCEDENTS = "7588"  # « Autres produits divers de gestion courante » (M52)
DEFAISABLES = {*creances.ETATS_PAYABLES, EtatPiece.EMISE}  # `emise`: refused, in preparation again
Excedent = SessionCaisse | RectificationVersement
Somme = LigneVersement | Excedent


def excedents_de_caisse() -> QuerySet[Any]:
    """Return the closed tills whose excédent still waits; each has `reste`, in whole francs."""
    closes = SessionCaisse.objects.filter(
        etat=EtatSession.CLOTUREE, especes_comptees__gt=F("especes_attendues")
    ).annotate(
        reste=F("especes_comptees") - F("especes_attendues") - Sum("apurements__montant", default=0)
    )
    return closes.filter(reste__gt=0).select_related("guichet", "regie").order_by("pk")


def excedents_de_versement() -> QuerySet[Any]:
    """Return the versements found with too much, which still waits; each has `reste`."""
    constates = RectificationVersement.objects.filter(
        nature=RectificationVersement.Nature.EXCEDENT
    ).annotate(reste=F("montant") - Sum("apurements__montant", default=0))
    return constates.filter(reste__gt=0).select_related("versement__regie").order_by("pk")


def reste(somme: Somme) -> int:
    """Return what still waits of `somme`, in whole francs; 0 when nothing does, or it is spent."""
    lots: dict[type, QuerySet[Any]] = {
        LigneVersement: en_attente().filter(montant__gt=0),
        SessionCaisse: excedents_de_caisse(),
        RectificationVersement: excedents_de_versement(),
    }
    trouvee = lots[type(somme)].filter(pk=somme.pk).first()
    return int(trouvee.reste) if trouvee else 0


def mois_de_recherche() -> int:
    """Return how many months an excédent is searched for, from the parameter in force today."""
    return Parametre.objects.entier("excedent_recherche_mois", timezone.localdate())


def conservable_le(excedent: Excedent, mois: int) -> date:
    """Return the first day when an excédent, searched for `mois` months, may be kept."""
    return plus_mois(excedent.jour, mois)


def refus_de_conserver(excedent: Excedent) -> str:
    """Return in French why an excédent is not kept yet, with the day when it may be, or ""."""
    if timezone.localdate() >= (debut := conservable_le(excedent, mois_de_recherche())):
        return ""
    return f"Cet excédent se cherche encore : il se conserve à partir du {debut:%d/%m/%Y}."


def nombre_conservables() -> int:
    """Return how many excédents may be kept today, of tills and versements; one query."""
    limite = dernier_jour_echu(timezone.localdate(), mois_de_recherche())
    caisses, versements = (
        lot.filter(jour__lte=limite).order_by().values("pk")
        for lot in (excedents_de_caisse(), excedents_de_versement())
    )
    return caisses.union(versements, all=True).count()


def regie_de(excedent: Excedent) -> Regie:
    """Return the régie where an excédent was found."""
    regie: Regie = (
        excedent.regie if isinstance(excedent, SessionCaisse) else excedent.versement.regie
    )
    return regie


def decrire(somme: Somme) -> list[tuple[str, str]]:
    """Return what a sum that waits comes from, line by line."""
    if isinstance(somme, LigneVersement):
        dit = [
            ("Versement", somme.versement.reference),
            ("Mouvement", f"{somme.nature_distante} {somme.transaction}"),
            ("Somme imputée", afficher(somme.montant)),
        ]
    else:
        nom = f"{somme}" if isinstance(somme, SessionCaisse) else somme.versement.reference
        dit = [
            ("Régie", regie_de(somme).libelle),
            ("Caisse" if isinstance(somme, SessionCaisse) else "Versement", nom),
            ("Excédent constaté", f"{afficher(somme.ecart)}, le {somme.jour:%d/%m/%Y}"),
        ]
    return [*dit, ("Reste à apurer", afficher(reste(somme)))]


def regler_titre(
    somme: Somme, *, titre_id: int, montant: int, motif: str, par: Utilisateur
) -> Apurement:
    """Say that a sum which waits paid a titre, for `montant` francs; the rest keeps waiting.

    Its debtor gets a receipt.

    Args:
        titre_id: key of a titre that may be paid.
        montant: whole francs, at most what waits and what the titre still owes.

    Raises:
        ActeInterdit: `par` is not the comptable.
        ValidationError: no reason, more than what waits or is owed, or the ledger refuses.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Les comptes d’attente s’apurent à la Trésorerie.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez ce qui relie cette somme au titre."})
    try:
        with transaction.atomic():
            titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
            attend, du = reste(_verrouiller(somme)), reste_du(titre)
            if refus := creances.motif_impayable(titre, du):
                raise ValidationError({"titre": refus})
            if not 0 < montant <= min(attend, du):
                raise ValidationError({"montant": _bornes(attend, du)})
            fait = _apurer(somme, titre, montant, motif, par)
            recus_apurement.emettre(fait)
            return fait
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


def refus_d_annuler(apurement: Apurement, par: Utilisateur) -> str:
    """Return in French why `par` may not undo an apurement now, or ""."""
    if apurement.annule_id or Apurement.objects.filter(annule=apurement).exists():
        return "Cet apurement est déjà annulé."
    if apurement.par_id == par.pk:
        return "Vous avez fait cet apurement : une autre personne doit l’annuler."
    return suite_de(apurement.titre)


def suite_de(titre: Titre) -> str:
    """Return in French what followed on `titre`, so that what settled it stays, or ""."""
    corrections = Piece.objects.filter(piece_origine=titre.pk, type_piece=CORRECTIF)
    if titre.type_piece == APRES_ENCAISSEMENT.type:
        return "Ce titre conserve la somme : il n’existe que par elle, et elle ne s’en retire pas."
    if titre.etat not in DEFAISABLES:
        return f"Le titre {titre.reference} est « {titre.get_etat_display()} » : rien n’y change."
    if corrections.exclude(etat__in=PIECES_SANS_EFFET).exists():
        return f"Le titre {titre.reference} a été réduit depuis : l’apurement ne s’annule plus."
    if retours_par_piece([titre.pk]):
        return f"Une somme a été rendue depuis sur le titre {titre.reference}."
    return ""


def annuler(apurement_id: int, *, motif: str, par: Utilisateur) -> Apurement:
    """Undo an apurement by its contrary: the sum waits again, the titre is owed again.

    Its receipt says so. Another person than who made it, and only while nothing followed.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: no reason, made by `par`, undone already, something followed, or the
            ledger refuses.
    """
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Les finances ou le comptable annulent un apurement.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cet apurement est annulé."})
    dit = motif.strip()[:200]
    try:
        with transaction.atomic():
            cle = Apurement.objects.values_list("titre_id", flat=True).get(pk=apurement_id)
            titre = Titre.objects.select_for_update(of=("self",)).get(pk=cle)
            fait = Apurement.objects.select_related("ecriture").get(pk=apurement_id)
            fait.titre = titre
            if refus := refus_d_annuler(fait, par):
                raise ValidationError(refus)
            contraire = Apurement.objects.create(
                ligne=fait.ligne,
                session=fait.session,
                rectification=fait.rectification,
                titre=titre,
                montant=-fait.montant,
                motif=dit,
                annule=fait,
                ecriture=contrepasser(
                    fait.ecriture, par=par, motif=dit, date_comptable=timezone.localdate()
                ),
                par=par,
            )
            echeanciers.suivre(titre)
            recus_apurement.dire_annule(fait, par=par)
            return contraire
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


def conserver(
    excedent: Excedent,
    *,
    motif: str,
    service: ServiceGestionnaire,
    adresse: Mapping[str, Any],
    par: Utilisateur,
) -> Apurement:
    """Issue the titre of what is left of an excédent, which it settles at once (TypPce 05).

    Args:
        adresse: fields of the address that the titre bears, in the name of the régie.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: no reason, searched for not long enough, nothing left, no product on the
            account, or the ledger refuses.
    """
    exiger_agent(par)
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez ce qui a été cherché, et en vain."})
    if refus := refus_de_conserver(excedent):
        raise ValidationError(refus)
    produit = Produit.objects.filter(compte=COMPTE_EXCEDENTS).order_by("code").first()
    if produit is None:
        raise ValidationError(
            f"Aucun produit n’est au compte {COMPTE_EXCEDENTS} : chargez les produits des régies."
        )
    try:
        with transaction.atomic():
            regie = Regie.objects.select_for_update(of=("self",)).get(pk=regie_de(excedent).pk)
            somme = reste(_verrouiller(excedent))
            if not somme:
                raise ValidationError("Il ne reste rien de cet excédent : rechargez la page.")
            titre = emettre(
                DemandeTitre(
                    tiers=tiers_de(regie),
                    service=service,
                    produit=produit,
                    objet=f"Excédent de caisse non réclamé, {regie.libelle}"[:100],
                    bases_liquidation=f"{_nommer(excedent)} : {afficher(somme)}, que personne n’a "
                    f"réclamés. {motif.strip()}",
                    montant_ht=somme,
                    **adresse,
                ),
                par=par,
                codes=APRES_ENCAISSEMENT,
            )
            return _apurer(excedent, titre, somme, motif, par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


def _verrouiller(somme: Somme) -> Somme:
    verrou: Somme = type(somme).objects.select_for_update(of=("self",)).get(pk=somme.pk)
    return verrou


def _apurer(somme: Somme, titre: Titre, montant: int, motif: str, par: Utilisateur) -> Apurement:
    """Post that `montant` francs of `somme` settle `titre`; the caller holds both locks."""
    champs = {LigneVersement: "ligne", SessionCaisse: "session"}
    source = champs.get(type(somme), "rectification")
    rang = somme.apurements.count() + 1
    apurement: Apurement = Apurement.objects.create(
        **{source: somme},
        titre=titre,
        montant=montant,
        motif=motif.strip()[:200],
        ecriture=apurer_au_titre(
            titre,
            montant=montant,
            date_comptable=timezone.localdate(),
            reference=f"{source}-{somme.pk}-{rang}",
            par=par,
        ),
        par=par,
    )
    echeanciers.suivre(titre)
    return apurement


def _bornes(attend: int, du: int) -> str:
    if attend <= 0:
        return "Il ne reste rien de cette somme : rechargez la page."
    return (
        f"Le montant va de 1 F à {afficher(min(attend, du))} : il reste {afficher(attend)} à "
        f"apurer, et le titre doit encore {afficher(du)}."
    )


def _nommer(excedent: Excedent) -> str:
    jour = f"constaté le {excedent.jour:%d/%m/%Y}"
    if isinstance(excedent, SessionCaisse):
        return f"Excédent de la clôture n° {excedent.numero} ({excedent.guichet}), {jour}"
    return f"Excédent du versement {excedent.versement.reference}, {jour}"
