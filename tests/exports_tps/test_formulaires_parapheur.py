"""The forms of the parapheur, sent empty and wrong: all that is wrong at once, beside its field."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exports_tps.models import Circuit, Delegation
from exports_tps.pouvoirs import deleguer, suppleer
from facturier.acces.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def dans():
    """A day counted from today, as a browser sends it."""
    return lambda jours: (timezone.localdate() + timedelta(days=jours)).isoformat()


@pytest.fixture
def envoyer(client):
    """Send a form as `qui`; return its errors by field, each of which stands beside its field."""

    def faire(qui, page, **donnees):
        client.force_login(qui)
        reponse = client.post(reverse(f"exports_tps:{page}"), {"csrf": "", **donnees})
        assert reponse.status_code == 422
        texte = reponse.content.decode()
        erreurs = reponse.context["form"].errors
        assert all(f'id="id_{champ}_error"' in texte for champ in erreurs)
        return {champ: " ".join(messages) for champ, messages in erreurs.items()}

    return faire


def test_tout_ce_qui_manque_se_dit_en_une_fois(envoyer, agent, ordonnateur, administrateur):
    assert set(envoyer(agent, "absence")) == {"suppleant", "debut", "fin"}
    assert set(envoyer(administrateur, "absence")) == {"absent", "suppleant", "debut", "fin"}
    assert set(envoyer(ordonnateur, "deleguer")) == {
        "delegataire",
        "acte",
        "debut",
        "fin",
        "plafond",
    }
    assert set(envoyer(administrateur, "nouveau_circuit")) == {
        "libelle",
        "sens",
        "montant_minimum",
        "debut",
    }
    assert set(envoyer(ordonnateur, "certificat")) == {"fichier"}


def test_des_jours_a_l_envers_se_disent_sans_attendre_le_suppleant(
    envoyer, agent, administrateur, dans
):
    a_l_envers = {"debut": dans(5), "fin": dans(2)}

    for qui in (agent, administrateur):
        erreurs = envoyer(qui, "absence", **a_l_envers)

        assert erreurs["fin"] == "Le dernier jour ne vient pas avant le premier."
        assert "suppleant" in erreurs


def test_des_jours_a_l_envers_se_disent_sans_attendre_le_reste_de_la_delegation(
    envoyer, ordonnateur, dans
):
    erreurs = envoyer(ordonnateur, "deleguer", debut=dans(5), fin=dans(2), plafond="beaucoup")

    assert set(erreurs) == {"delegataire", "acte", "fin", "plafond"}


def test_un_suppleant_refuse_se_dit_avec_les_jours(envoyer, agent, personne, administrateur, dans):
    absent = personne("Aline", Role.AGENT)
    a_l_envers = {"absent": absent.pk, "debut": dans(5), "fin": dans(2)}

    lui_meme = envoyer(administrateur, "absence", suppleant=absent.pk, **a_l_envers)
    sans_fin = envoyer(
        administrateur, "absence", absent=absent.pk, suppleant=absent.pk, debut=dans(5), fin="hier"
    )

    assert set(lui_meme) == {"suppleant", "fin"}
    assert "ne se supplée pas" in sans_fin["suppleant"]
    assert set(sans_fin) == {"suppleant", "fin"}
    assert not Delegation.objects.exists()


def test_un_suppleant_absent_se_dit_avec_la_personne_qui_manque(
    envoyer, agent, personne, administrateur, dans
):
    suppleant = personne("Aline", Role.AGENT)
    jour = timezone.localdate()
    suppleer(suppleant=agent, debut=jour, fin=jour, par=suppleant)

    erreurs = envoyer(administrateur, "absence", suppleant=suppleant.pk, debut=dans(0), fin=dans(3))

    assert set(erreurs) == {"absent", "suppleant"}
    assert "est déjà en absence" in erreurs["suppleant"]


def test_un_administrateur_ne_se_voit_pas_propose_comme_suppleant(client, agent, administrateur):
    administrateur.attribuer(Role.AGENT, par=administrateur)
    client.force_login(administrateur)

    form = client.get(reverse("exports_tps:absence")).context["form"]

    assert administrateur in form.fields["absent"].queryset
    assert administrateur not in form.fields["suppleant"].queryset


def test_un_delegataire_refuse_se_dit_avec_le_reste(envoyer, ordonnateur, personne, dans):
    delegataire, autre = (personne(nom, Role.ORDONNATEUR) for nom in ("Aline", "Ali"))
    jour = timezone.localdate()
    deleguer(delegataire=autre, acte="A", debut=jour, fin=jour, plafond=1, par=delegataire)

    erreurs = envoyer(
        ordonnateur,
        "deleguer",
        delegataire=delegataire.pk,
        debut=dans(0),
        fin=dans(-1),
        acte="x" * 61,
    )

    assert set(erreurs) == {"delegataire", "acte", "fin", "plafond"}
    assert "délègue sa signature" in erreurs["delegataire"]


@pytest.mark.parametrize("plafond", ["0", "-5", "1,5", "abc", "9" * 30])
def test_un_plafond_faux_se_dit_a_sa_place(envoyer, ordonnateur, personne, dans, plafond):
    delegataire = personne("Aline", Role.ORDONNATEUR)

    erreurs = envoyer(
        ordonnateur,
        "deleguer",
        delegataire=delegataire.pk,
        acte="A",
        debut=dans(0),
        fin=dans(1),
        plafond=plafond,
    )

    assert set(erreurs) == {"plafond"}


def test_les_visas_faux_d_un_circuit_se_disent_chacun_a_sa_place(
    envoyer, agent, service, administrateur
):
    erreurs = envoyer(
        administrateur,
        "nouveau_circuit",
        role_1=Role.SERVICE,
        titulaire_1=agent.pk,
        titulaire_2=service.pk,
        role_4=Role.AGENT,
        titulaire_4=service.pk,
        montant_minimum="9" * 30,
        debut="31/02/2026",
    )

    assert set(erreurs) == {
        "libelle",
        "sens",
        "montant_minimum",
        "debut",
        "titulaire_1",
        "role_2",
        "titulaire_4",
    }
    assert erreurs["titulaire_1"] == f"{agent} n’a pas le rôle « Service gestionnaire »."
    assert not Circuit.objects.exists()
