"""A transfer with a poor label: searched, shared to the franc, kept to be classed, undone."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from facturier.grand_livre.models import Exercice
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import classement, rapprochement, repartition
from telepaiement.models import Encaissement, LigneBancaire, NatureRapprochement
from telepaiement.propositions import proposer
from telepaiement.repartition import Reste
from tests.telepaiement.factories import titre_payable, titres_payables
from tests.telepaiement.test_banque import anomalies, camt
from tests.telepaiement.test_banque import importer as importer  # noqa: PLC0414

pytestmark = pytest.mark.django_db


@pytest.fixture
def virement(banc, regies, importer):
    """Import a transfer; return its movement."""

    def faire(montant, libelle) -> LigneBancaire:
        importer(camt({"montant": str(montant), "libelle": libelle, "reference": libelle[:20]}))
        return LigneBancaire.objects.latest("pk")

    return faire


def _nom(titre) -> str:
    return max(titre.nom_tiers.split(), key=len)


def test_le_nom_et_le_montant_designent_un_titre_la_reference_seule_se_dit(virement):
    dus, autre = titres_payables([12_500, 12_500]), titre_payable(9_000)
    par_nom = proposer(virement(12_500, f"VIR {_nom(dus[0]).upper()} JEAN 12 500"))
    par_reference = proposer(virement(700, f"VIR {autre.reference} DUPOND"))

    assert {un.titre for un in par_nom} == {un.pk for un in dus}
    assert "le nom et le montant concordent" in par_nom[0].libelle
    assert [un.titre for un in par_reference] == [autre.pk]
    assert "la référence seulement concorde" in par_reference[0].libelle
    assert proposer(virement(12_500, "VIR INCONNU")) == []


def test_un_virement_en_paie_plusieurs_et_s_annule(virement, agent):
    a, b = titres_payables([12_500, 7_500])
    ligne = virement(20_000, "VIR SARL")

    fait = repartition.repartir(
        ligne_id=ligne.pk, parts={a.pk: 12_500, b.pk: 7_500}, reste=Reste(), par=agent
    )
    payes = [reste_du(a), reste_du(b)]
    rapprochement.annuler(ligne_id=ligne.pk, motif="Un autre débiteur", par=agent)
    dus = [reste_du(a), reste_du(b)]
    repartition.repartir(
        ligne_id=ligne.pk, parts={b.pk: 7_500}, reste=Reste(trop_percu=b.pk), par=agent
    )

    assert (fait.nature, fait.encaissements.count()) == (NatureRapprochement.REPARTITION, 2)
    assert (payes, dus) == ([0, 0], [12_500, 7_500])
    assert Encaissement.objects.valides().get().trop_percu == 12_500
    assert solde("515", exercice=2026).solde == 20_000
    assert anomalies() == []


def test_un_montant_cherche_ce_qui_reste_du_plutot_que_ce_qui_fut_emis(virement, agent):
    entame, entier = titres_payables([12_500, 10_000])
    part = virement(2_500, "VIR SARL")
    repartition.repartir(ligne_id=part.pk, parts={entame.pk: 2_500}, reste=Reste(), par=agent)
    ligne = virement(10_000, "VIR SARL")

    trouves = [un.titre.pk for un in repartition.chercher("10 000", ligne)]
    evoques = [un.titre.pk for un in repartition.chercher("", ligne)]

    assert set(trouves) == set(evoques) == {entame.pk, entier.pk}
    assert repartition.chercher("12 500", ligne) == []


@pytest.mark.parametrize(
    ("parts", "reste", "mot"),
    [
        ((12_500, 7_501), Reste(), "ne doit plus que 7 500"),
        ((12_500, 7_000), Reste(), "Il reste 500"),
        ((12_500, 7_500), Reste(), "dépassent le mouvement de 500"),
        ((12_000, 0), Reste(trop_percu=0), "payé en entier"),
    ],
)
def test_une_somme_fausse_ne_passe_pas(virement, agent, parts, reste, mot):
    a, b = titres_payables([12_500, 7_500])
    ligne = virement(19_500 if "dépassent" in mot else 20_000, "VIR SARL")
    if reste.trop_percu == 0:
        reste = Reste(trop_percu=a.pk)

    with pytest.raises(ValidationError) as refus:
        repartition.repartir(
            ligne_id=ligne.pk,
            parts={a.pk: parts[0], b.pk: parts[1]},
            reste=reste,
            par=agent,
        )

    assert mot in refus.value.messages[0].replace("\u202f", " ").replace("\xa0", " ")
    assert not Encaissement.objects.exists()


def test_un_inconnu_se_garde_se_classe_et_ne_s_annule_plus(virement, agent, client):
    titre = titre_payable(5_000)
    ligne = virement(5_000, "VIR SANS NOM")
    client.force_login(agent)
    adresse = reverse("telepaiement:banque_repartir", args=[ligne.pk])

    Exercice.objects.update(clos_le=timezone.now())
    fermee = client.post(adresse, {"reste": "a_classer"})
    Exercice.objects.update(clos_le=None)
    recue = client.post(adresse, {"reste": "a_classer"})
    attente = (solde("4718", exercice=2026).solde, anomalies())
    liste = client.get(reverse("telepaiement:recettes_a_classer")).content.decode()
    classee = classement.a_classer().get()
    Exercice.objects.update(clos_le=timezone.now())
    with pytest.raises(ValidationError, match="L’exercice est clos"):
        classement.classer_au_titre(encaissement_id=classee.pk, titre_id=titre.pk, par=agent)
    Exercice.objects.update(clos_le=None)
    fait = classement.classer_au_titre(encaissement_id=classee.pk, titre_id=titre.pk, par=agent)
    with pytest.raises(ValidationError, match="annulez d’abord son classement"):
        rapprochement.annuler(ligne_id=ligne.pk, motif="Erreur", par=agent)
    classement.declasser(encaissement_id=fait.pk, motif="Erreur", par=agent)
    rapprochement.annuler(ligne_id=ligne.pk, motif="Erreur", par=agent)

    assert (fermee.status_code, recue.status_code) == (422, 302)
    assert "L’exercice est clos" in fermee.content.decode()
    assert attente == (-5_000, [])
    assert "VIR SANS NOM" in liste
    assert [solde(un, exercice=2026).solde for un in ("515", "4718")] == [0, 0]
    assert reste_du(titre) == 5_000
    assert anomalies() == []


def test_la_page_cherche_ajoute_et_dit_ce_qui_ne_va_pas(virement, agent, client):
    a, b = titres_payables([12_500, 7_500])
    ligne = virement(20_000, "VIR SARL")
    client.force_login(agent)
    adresse = reverse("telepaiement:banque_repartir", args=[ligne.pk])

    trouve = [
        client.get(adresse, {"q": texte, "titre": "9" * 5_000}).content.decode()
        for texte in (a.reference, "12 500", a.nom_tiers[:4], "rien de tel")
    ]
    choisie = f"{adresse}?titre={a.pk}&titre={b.pk}"
    refusee = client.post(
        choisie, {f"part_{a.pk}": "12 500", f"part_{b.pk}": "7 000", "reste": "rien"}
    )
    faite = client.post(
        choisie, {f"part_{a.pk}": "12 500", f"part_{b.pk}": "7 500", "reste": "rien"}
    )

    assert [f"le titre {a.reference}" in page for page in trouve] == [True, True, True, False]
    dite = client.get(faite["Location"]).content.decode()
    assert [f"{un.reference}</span>, {un.nom_tiers}" in dite for un in (a, b)] == [True, True]
    assert refusee.status_code == 422
    assert "dites si c’est un trop-perçu" in refusee.content.decode()
    assert faite.status_code == 302
    assert [reste_du(a), reste_du(b)] == [0, 0]
