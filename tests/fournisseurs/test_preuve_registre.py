"""What the register says of a change is its proof: nobody is asked for it again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from fournisseurs.models import DemandeModification, EtablissementRegistre, PreuveRegistre
from fournisseurs.modifications.depot import deposer
from fournisseurs.modifications.retours import completer, renvoyer
from fournisseurs.modifications.saisie import ModificationRefusee
from tests.fournisseurs.factories import (
    FournisseurFactory,
    ModificationFactory,
    UtilisateurFactory,
    creer_agent,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("reference"),
]
RIDET = "9000019001"
NOUVEAU_NOM = {"nom": "Jardins du Sud", "denomination": "Jardins du Sud"}


@pytest.fixture
def gerante():
    """Who manages the data of « Pépinière du Cagou »."""
    return UtilisateurFactory()


@pytest.fixture
def cagou(gerante):
    """A supplier that the register knows under another name; his documents are out of date."""
    fiche = FournisseurFactory(representant=gerante, ridet=RIDET)
    fiche.justificatifs.update(valable_jusqu_au=timezone.localdate() - timedelta(days=1))
    return fiche


@pytest.fixture
def inscrire():
    """Put a line in the extract kept; « JARDINS DU SUD », of today, by default."""

    def faire(**champs):
        valeurs = {"denomination": "JARDINS DU SUD", "extrait_le": timezone.localdate()}
        return EtablissementRegistre.objects.create(ridet=RIDET, **valeurs | champs)

    return faire


def demander(cagou, gerante, saisies=NOUVEAU_NOM, **autres):
    """Ask for a change of name without any document."""
    return ModificationFactory(
        fournisseur=cagou,
        representant=gerante,
        **{"genre": "nom", "saisies": saisies, "preuves": []} | autres,
    )


def test_la_demande_ouverte_par_la_comparaison_porte_l_extrait(client, agent, cagou, inscrire):
    inscrire()
    client.force_login(agent)
    adresse = reverse("fournisseurs:gestion_modifier", args=[RIDET, "nom"]) + "?d_apres=registre"

    formulaire = client.get(adresse)
    saisie = {c: v for c, v in formulaire.context["form"].initial.items() if v}
    suite = client.post(adresse, saisie | {"nom": "Jardins du Sud"})  # the case is ours
    demande = DemandeModification.objects.get()
    verification = client.get(suite.url)
    deposer(demande, par=agent)
    EtablissementRegistre.objects.all().delete()  # the next extract replaces this one
    client.force_login(creer_agent())
    evidence = client.get(reverse("fournisseurs:gestion_modification", args=[demande.pk]))
    client.post(reverse("fournisseurs:agir_modification", args=[demande.pk, "approuver"]))

    cagou.tiers.refresh_from_db()
    assert "sert de preuve" in formulaire.content.decode()
    assert not demande.justificatifs.exists()
    for page in (verification, evidence):
        assert "Registre RIDET, extrait du" in page.content.decode()
        assert "«\u202fJARDINS DU SUD\u202f»" in page.content.decode()
    assert "Aucun document n’est" not in evidence.content.decode()
    assert cagou.tiers.nom == "Jardins du Sud"


def test_un_fournisseur_ne_donne_pas_ce_que_le_registre_dit_deja(client, cagou, gerante, inscrire):
    inscrire(enseigne="L’Atelier du Récif")
    client.force_login(gerante)

    demande = demander(cagou, gerante, NOUVEAU_NOM | {"denomination": "L’atelier du Recif"})
    page = client.get(reverse("fournisseurs:modification", args=[demande.pk])).content.decode()

    assert demande.preuves_registre.get().enseigne == "L’Atelier du Récif"
    assert "Ce que nous avions déjà" in page
    assert "Registre RIDET, extrait du" in page


@pytest.mark.parametrize(
    ("champs", "saisies"),
    [
        ({}, {"nom": "Jardins du Nord"}),
        ({}, {"nom_commercial": "Le Cagou doré"}),
        ({"enseigne": "Le Récif"}, {"nom": "Le Récif"}),
        ({"extrait_le": timezone.localdate() - timedelta(days=91)}, {}),
        ({"extrait_le": timezone.localdate() + timedelta(days=1)}, {}),
        ({"cesse_le": timezone.localdate()}, {}),
    ],
    ids=["autre nom", "nom de plus", "enseigne pour nom", "ancien", "à venir", "cessé"],
)
def test_le_registre_ne_prouve_pas_ce_qu_il_ne_dit_pas(cagou, gerante, inscrire, champs, saisies):
    inscrire(**champs)

    with pytest.raises(ModificationRefusee, match="Joignez") as refus:
        demander(cagou, gerante, NOUVEAU_NOM | saisies)

    assert list(refus.value.message_dict) == ["piece_avis_ridet"]
    assert not PreuveRegistre.objects.exists()


def test_une_correction_que_le_registre_ne_dit_pas_demande_sa_preuve(cagou, gerante, inscrire):
    inscrire()
    demande = demander(cagou, gerante)
    renvoyer(demande, attentes={"nom": "Est-ce bien ce nom ?"}, par=creer_agent())
    faux = NOUVEAU_NOM | {"nom": "Autre"}

    with pytest.raises(ModificationRefusee, match="Joignez"):
        completer(demande, saisies=faux, preuves=[], reponse="Non.", par=gerante)
    EtablissementRegistre.objects.all().delete()
    completer(demande, saisies=NOUVEAU_NOM, preuves=[], reponse="Oui.", par=gerante)

    assert demande.etat == "deposee"
    assert demande.preuves_registre.count() == 1


def test_une_correction_que_le_registre_dit_porte_le_nouvel_extrait(cagou, gerante, inscrire):
    inscription = inscrire()
    demande = demander(cagou, gerante)
    renvoyer(demande, attentes={"nom": "Le registre dit autre chose."}, par=creer_agent())
    inscription.denomination = "LES JARDINS DU SUD"
    inscription.save()
    corrige = dict.fromkeys(NOUVEAU_NOM, "Les Jardins du Sud")

    completer(demande, saisies=corrige, preuves=[], reponse="", par=gerante)

    noms = [preuve.denomination for preuve in demande.preuves_registre.all()]
    assert noms == ["JARDINS DU SUD", "LES JARDINS DU SUD"]


def test_la_preuve_d_un_demenagement_ne_se_reecrit_pas(cagou, gerante, inscrire):
    inscrire(adresse="3, route du Sud", code_postal="98809", ville="MONT-DORE")
    saisies = {"adresse_voie": "3 route du Sud", "code_postal": "98809", "ville": "Mont-Dore"}

    demande = demander(cagou, gerante, saisies, genre="adresse")

    assert demande.preuves_registre.get().adresse == "3, route du Sud"
    for ecrire in (lambda p: p.update(denomination="Autre"), lambda p: p._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            ecrire(PreuveRegistre.objects.all())
