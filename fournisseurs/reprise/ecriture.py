"""Write a slice of checked rows: what exists is read in five queries, what changes in batches."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import CategorieTiers, NatureJuridique, Tiers
from fournisseurs.journal import Trace, consigner_lot
from fournisseurs.models import ActeJournal, CoordonneesBancaires, Etablissement, Fournisseur
from fournisseurs.recherche import indexer

ADRESSE = ("adresse_complement", "adresse_voie", "code_postal", "ville", "telephone", "courriel")
FACULTATIFS = {"adresse_complement", "telephone", "courriel"}
TAILLE_LOT = 500
Ligne = Any  # a row of the checked table, by `itertuples`


@dataclass
class Bilan:
    """What happened to the rows."""

    crees: int = 0
    modifies: int = 0
    inchanges: int = 0
    rejets: list[tuple[int, str]] = field(default_factory=list)

    def compter(self, est_cree: bool, est_modifie: bool) -> None:
        """Count one row written, or found as it was."""
        if est_cree:
            self.crees += 1
        elif est_modifie:
            self.modifies += 1
        else:
            self.inchanges += 1


class Connus:
    """What the database already holds about the rows of a slice."""

    def __init__(self, lignes: list[Ligne]) -> None:
        codes = {ligne.code for ligne in lignes}
        rids = {ligne.rid for ligne in lignes if ligne.rid}
        ridets = {ligne.ridet for ligne in lignes if ligne.ridet}
        toutes = Fournisseur.objects.select_related("tiers")
        self.par_rid = {fiche.rid: fiche for fiche in toutes.filter(rid__in=rids)}
        self.par_code = {fiche.tiers.code: fiche for fiche in self.par_rid.values()}
        autres = toutes.filter(tiers__code__in=codes - self.par_code.keys())
        self.par_code |= {fiche.tiers.code: fiche for fiche in autres}
        fiches = list(self.par_code.values())
        self.etablissements = {
            etablissement.ridet: etablissement
            for etablissement in Etablissement.objects.filter(ridet__in=ridets)
        }
        self.comptes = {
            (compte.fournisseur_id, compte.etablissement_id): compte
            for compte in CoordonneesBancaires.objects.courantes().filter(fournisseur__in=fiches)
        }
        libres = Tiers.objects.filter(fournisseur__isnull=True)
        self.tiers_par_code = {tiers.code: tiers for tiers in libres.filter(code__in=codes)}
        self.tiers_par_ridet = {tiers.ridet: tiers for tiers in libres.filter(ridet__in=ridets)}


class Tranche:
    """The changes of a slice, gathered row by row in memory, then written in a few statements."""

    def __init__(self, lignes: list[Ligne], *, par: Utilisateur, bilan: Bilan) -> None:
        self.connus = Connus(lignes)
        self.par = par
        self.bilan = bilan
        self.maintenant: datetime = timezone.now()
        self.jour: date = timezone.localdate()
        self.a_creer: dict[type, list[Any]] = {
            modele: [] for modele in (Tiers, Fournisseur, Etablissement, CoordonneesBancaires)
        }
        self.a_modifier: dict[type, dict[int, Any]] = {
            modele: {} for modele in (Tiers, Fournisseur, Etablissement)
        }
        self.comptes_finis: list[int] = []
        self.remplacements: list[tuple[CoordonneesBancaires, str]] = []
        self.comptes_neufs: dict[tuple[int, int | None], CoordonneesBancaires] = {}
        for ligne in lignes:
            self._prendre(ligne)

    def ecrire(self) -> None:
        """Write what was gathered."""
        for modele, champs in (
            (Tiers, ("nom", "prenom", "civilite", "ridet")),
            (Fournisseur, ("est_creancier", "est_debiteur", "rid", *ADRESSE)),
            (Etablissement, ("denomination", *ADRESSE)),
        ):
            modele.objects.bulk_create(self.a_creer[modele], batch_size=TAILLE_LOT)
            modele.objects.bulk_update(
                self.a_modifier[modele].values(), champs, batch_size=TAILLE_LOT
            )
        CoordonneesBancaires.objects.filter(pk__in=self.comptes_finis).update(fin=self.jour)
        CoordonneesBancaires.objects.bulk_create(
            self.a_creer[CoordonneesBancaires], batch_size=TAILLE_LOT
        )
        indexer(self._touches())
        consigner_lot([self._trace(neuf, ancien) for neuf, ancien in self.remplacements])

    def _touches(self) -> set[int]:
        """Return the keys of the suppliers of whom something changed."""
        changes = {
            modele: [*self.a_creer[modele], *self.a_modifier[modele].values()]
            for modele in (Tiers, Fournisseur, Etablissement)
        }
        return {
            *(fiche.pk for fiche in changes[Fournisseur]),
            *(etablissement.fournisseur_id for etablissement in changes[Etablissement]),
            *(tiers.fournisseur.pk for tiers in changes[Tiers]),
        }

    def _trace(self, neuf: CoordonneesBancaires, ancien: str) -> Trace:
        return Trace(
            acte=ActeJournal.COMPTE_REMPLACE if ancien else ActeJournal.COMPTE_AJOUTE,
            par=self.par,
            fournisseur=neuf.fournisseur,
            sur=neuf,
            iban=neuf.iban,
            ancien_iban=ancien,
            motif=CoordonneesBancaires.Origine.IMPORT.label,
        )

    # --- One row -------------------------------------------------------------------------------
    def _prendre(self, ligne: Ligne) -> None:
        fiche = self.connus.par_rid.get(ligne.rid) if ligne.rid else None
        fiche = fiche or self.connus.par_code.get(ligne.code)
        motif = _conflit(ligne, fiche) or self._conflit_de_compte(ligne, fiche)
        if motif:
            self.bilan.rejets.append((ligne.ligne, motif))
            return
        est_nouvelle = fiche is None
        fiche = fiche or self._creer_fiche(ligne)
        est_principale = fiche.tiers.ridet in ("", ligne.ridet)
        est_modifiee = not est_nouvelle and self._modifier_fiche(fiche, ligne, est_principale)
        etablissement, est_neuf, est_change = self._etablissement(fiche, ligne)
        a_nouveau_compte = self._compte(fiche, None if est_principale else etablissement, ligne)
        self.bilan.compter(est_nouvelle or est_neuf, est_modifiee or est_change or a_nouveau_compte)

    def _creer_fiche(self, ligne: Ligne) -> Fournisseur:
        tiers = self.connus.tiers_par_code.get(ligne.code)
        tiers = tiers or (self.connus.tiers_par_ridet.get(ligne.ridet) if ligne.ridet else None)
        if tiers is None:
            tiers = _nouveau_tiers(ligne)
            self.a_creer[Tiers].append(tiers)
        fiche = Fournisseur(
            tiers=tiers,
            rid=ligne.rid,
            est_creancier=ligne.est_creancier,
            est_debiteur=ligne.est_debiteur,
            **{champ: getattr(ligne, champ) for champ in ADRESSE},
        )
        self.a_creer[Fournisseur].append(fiche)
        self.connus.par_code[tiers.code] = fiche
        if ligne.rid:
            self.connus.par_rid[ligne.rid] = fiche
        return fiche

    def _modifier_fiche(self, fiche: Fournisseur, ligne: Ligne, est_principale: bool) -> bool:
        """Add roles; the identity and address follow the row of the main établissement."""
        roles = {
            "est_creancier": fiche.est_creancier or ligne.est_creancier,
            "est_debiteur": fiche.est_debiteur or ligne.est_debiteur,
            "rid": fiche.rid or ligne.rid,
        }
        est_changee = _affecter(fiche, roles)
        if est_principale:
            est_changee |= _affecter(fiche, _adresse(ligne))
            identite = {"nom": ligne.nom, "prenom": ligne.prenom, "civilite": ligne.civilite}
            if _affecter(fiche.tiers, identite | {"ridet": ligne.ridet or fiche.tiers.ridet}):
                self._noter(fiche.tiers)
                est_changee = True
        if est_changee:
            self._noter(fiche)
        return est_changee

    def _etablissement(
        self, fiche: Fournisseur, ligne: Ligne
    ) -> tuple[Etablissement | None, bool, bool]:
        """Return the établissement of the row, whether it is new, whether it changed."""
        if not ligne.ridet:
            return None, False, False
        connu = self.connus.etablissements.get(ligne.ridet)
        if connu is None:
            connu = Etablissement(
                fournisseur=fiche,
                ridet=ligne.ridet,
                denomination=ligne.nom,
                **{champ: getattr(ligne, champ) for champ in ADRESSE},
            )
            self.connus.etablissements[ligne.ridet] = connu
            self.a_creer[Etablissement].append(connu)
            return connu, True, False
        est_change = _affecter(connu, _adresse(ligne) | {"denomination": ligne.nom})
        if est_change:
            self._noter(connu)
        return connu, False, est_change

    def _compte(
        self, fiche: Fournisseur, etablissement: Etablissement | None, ligne: Ligne
    ) -> bool:
        """Replace the live account when the row gives another one; say whether it did."""
        if not ligne.iban:
            return False
        courant = self._courant(fiche, etablissement)
        if courant is None and etablissement is not None:
            principal = self._courant(fiche, None)
            if principal is not None and principal.iban == ligne.iban:
                return False
        bic = ligne.bic or (courant.bic if courant and courant.iban == ligne.iban else "")
        if courant and (courant.iban, courant.bic, courant.titulaire) == (
            ligne.iban,
            bic,
            ligne.titulaire,
        ):
            return False
        if courant is not None and courant.pk:
            self.comptes_finis.append(courant.pk)
        neuf = CoordonneesBancaires(
            fournisseur=fiche,
            etablissement=etablissement,
            iban=ligne.iban,
            bic=bic,
            titulaire=ligne.titulaire,
            origine=CoordonneesBancaires.Origine.IMPORT,
            verifiee_par=self.par,
            verifiee_le=self.maintenant,
            debut=self.jour,
        )
        self.comptes_neufs[(id(fiche), id(etablissement) if etablissement else None)] = neuf
        self.a_creer[CoordonneesBancaires].append(neuf)
        self.remplacements.append((neuf, courant.iban if courant else ""))
        return True

    def _courant(
        self, fiche: Fournisseur, etablissement: Etablissement | None
    ) -> CoordonneesBancaires | None:
        neuf = self.comptes_neufs.get((id(fiche), id(etablissement) if etablissement else None))
        if neuf is not None or not fiche.pk or (etablissement and not etablissement.pk):
            return neuf
        return self.connus.comptes.get((fiche.pk, etablissement.pk if etablissement else None))

    def _conflit_de_compte(self, ligne: Ligne, fiche: Fournisseur | None) -> str:
        """Refuse to replace, by a file, an account that an agent verified on a request."""
        if fiche is None or not fiche.pk or not ligne.iban:
            return ""
        etablissement = self.connus.etablissements.get(ligne.ridet)
        est_principale = fiche.tiers.ridet in ("", ligne.ridet)
        courant = self._courant(fiche, None if est_principale else etablissement)
        if (
            courant is None
            or courant.origine != CoordonneesBancaires.Origine.DEMANDE
            or courant.iban == ligne.iban
        ):
            return ""
        return (
            "Le compte diffère de celui qu’un agent a vérifié : un changement de compte se "
            "demande par le fournisseur, pas par un import."
        )

    def _noter(self, objet: Any) -> None:
        if objet.pk:
            self.a_modifier[type(objet)][objet.pk] = objet


def _conflit(ligne: Ligne, fiche: Fournisseur | None) -> str:
    """Return why the row contradicts the tiers already known, or nothing."""
    if fiche is None:
        return ""
    if ligne.rid and fiche.rid and fiche.rid != ligne.rid:
        return f"Le code {ligne.code} est déjà celui d’une autre entreprise (RID {fiche.rid})."
    if ligne.code not in (ligne.rid, fiche.tiers.code):
        return f"Cette entreprise est déjà connue sous le code {fiche.tiers.code}."
    est_personne = fiche.tiers.categorie == CategorieTiers.PERSONNE_PHYSIQUE
    if est_personne != bool(ligne.prenom):
        nature = "une personne physique" if est_personne else "une personne morale"
        return (
            f"Le tiers {fiche.tiers.code} est {nature} : la civilité et le prénom le contredisent."
        )
    return ""


def _nouveau_tiers(ligne: Ligne) -> Tiers:
    est_personne = bool(ligne.prenom)
    return Tiers(
        code=ligne.code,
        nom=ligne.nom,
        prenom=ligne.prenom,
        civilite=ligne.civilite,
        ridet=ligne.ridet,
        categorie=CategorieTiers.PERSONNE_PHYSIQUE
        if est_personne
        else CategorieTiers.MORALE_PRIVEE,
        nature_juridique=NatureJuridique.PARTICULIER if est_personne else NatureJuridique.SOCIETE,
    )


def _adresse(ligne: Ligne) -> dict[str, str]:
    """Return the address of a row; an optional cell left empty erases nothing."""
    return {
        champ: getattr(ligne, champ)
        for champ in ADRESSE
        if getattr(ligne, champ) or champ not in FACULTATIFS
    }


def _affecter(objet: Any, valeurs: dict[str, Any]) -> bool:
    """Set the attributes that differ; say whether one did."""
    differents = {
        champ: valeur for champ, valeur in valeurs.items() if getattr(objet, champ) != valeur
    }
    for champ, valeur in differents.items():
        setattr(objet, champ, valeur)
    return bool(differents)
