"""Roles: which exclude each other, and who the system account is."""

import pytest
from django.db import IntegrityError, transaction

from facturier.acces.models import AttributionRole, Role, Utilisateur

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.mark.parametrize(
    ("premier", "second", "contrainte"),
    [
        (Role.ORDONNATEUR, Role.REGISSEUR, "acces_ordonnateur_ou_regisseur"),
        (Role.REGISSEUR, Role.ORDONNATEUR, "acces_ordonnateur_ou_regisseur"),
        (Role.ORDONNATEUR, Role.COMPTABLE, "acces_ordonnateur_ou_comptable"),
        (Role.COMPTABLE, Role.ORDONNATEUR, "acces_ordonnateur_ou_comptable"),
    ],
)
def test_la_base_refuse_de_cumuler_ordonner_et_payer(personne, premier, second, contrainte):
    odile = personne("Odile", premier)

    with pytest.raises(IntegrityError), transaction.atomic():
        AttributionRole.objects.bulk_create([AttributionRole(utilisateur=odile, role=second)])

    assert contrainte in {c.name for c in AttributionRole._meta.constraints}
    assert Utilisateur.objects.get(pk=odile.pk).roles == {premier}


def test_d_autres_roles_se_cumulent_et_s_attribuent_deux_fois_sans_mal(personne):
    remi = personne("Remi", Role.REGISSEUR, Role.AGENT)

    remi.attribuer(Role.AGENT)

    assert remi.roles == {Role.REGISSEUR, Role.AGENT}
    assert remi.a_role(Role.AGENT, Role.COMPTABLE)
    assert not remi.a_role(Role.COMPTABLE)


def test_le_compte_systeme_a_tous_les_roles_et_pas_de_mot_de_passe(db):
    systeme = Utilisateur.objects.systeme()

    assert systeme == Utilisateur.objects.systeme()
    assert all(systeme.a_role(role) for role in Role)
    assert not systeme.has_usable_password()


def test_un_utilisateur_se_connait_par_son_adresse_quelle_que_soit_la_casse(personne):
    ada = personne("Ada")

    assert Utilisateur.objects.get_by_natural_key("ADA@essai.example") == ada
    assert str(ada) == "Ada Fictif"
    assert str(Utilisateur(email="x@essai.example")) == "x@essai.example"


def test_qui_s_inscrit_devient_fournisseur(client, db):
    client.post(
        "/compte/signup/",
        {
            "email": "Nina@essai.example",
            "prenom": "Nina",
            "nom": "Fictive",
            "password1": "une phrase bien longue",
            "password2": "une phrase bien longue",
        },
    )

    inscrite = Utilisateur.objects.get(email="nina@essai.example")
    assert inscrite.roles == {Role.FOURNISSEUR}
    assert inscrite.nom_complet == "Nina Fictive"
