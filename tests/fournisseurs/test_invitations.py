"""Invite, accept, change, withdraw, leave: who may, when, and what each leaves behind."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite
from fournisseurs.habilitations import (
    HabilitationRefusee,
    changer_droits,
    habiliter,
    quitter,
    retirer_habilitation,
)
from fournisseurs.invitations import (
    InvitationRefusee,
    accepter_invitation,
    inviter,
    retirer_invitation,
)
from fournisseurs.models import Droit, EntreeJournal, Etablissement, Habilitation, Invitation
from tests.fournisseurs.factories import FournisseurFactory, UtilisateurFactory
from tests.grand_livre.concurrence import ensemble

pytestmark = pytest.mark.django_db
RIDET = "9000027001"
MARTHE = "marthe@cabinet.example"


@pytest.fixture
def etablissement(reference):
    """An établissement with its administrator."""
    FournisseurFactory(ridet=RIDET)
    return Etablissement.objects.get(ridet=RIDET)


@pytest.fixture
def administratrice(etablissement):
    """The first representative, who holds every right."""
    return etablissement.habilitations.get().representant.utilisateur


def creer_personne(courriel: str = MARTHE, *, est_verifiee: bool = True) -> Utilisateur:
    """Return somebody with an account, her address verified or not."""
    personne = UtilisateurFactory(email=courriel)
    EmailAddress.objects.create(user=personne, email=courriel, verified=est_verifiee, primary=True)
    return personne


@pytest.fixture
def envoyer(etablissement, administratrice, django_capture_on_commit_callbacks):
    """Send an invitation and return the token found in the message."""

    def envoyer_a(courriel=MARTHE, droits=(Droit.DEPOSER,), **options):
        with django_capture_on_commit_callbacks(execute=True):
            inviter(
                etablissement=etablissement,
                courriel=courriel,
                droits=droits,
                par=administratrice,
                **options,
            )
        return mail.outbox[-1].body.split("/fournisseur/invitations/")[1].split("/")[0]

    return envoyer_a


def _refus_consignes() -> list[str]:
    refus = EntreeJournal.objects.filter(acte="invitation_refusee")
    return list(refus.values_list("motif", flat=True))


def test_qui_accepte_recoit_les_droits_offerts(etablissement, envoyer):
    jeton = envoyer(droits=[Droit.DEPOSER], fin=timezone.localdate())
    marthe = creer_personne()

    habilitation = accepter_invitation(jeton, par=marthe)

    assert habilitation.droits == [Droit.CONSULTER, Droit.DEPOSER]
    assert habilitation.fin == timezone.localdate()
    assert Etablissement.objects.visibles_par(marthe, "deposer").get() == etablissement


def test_le_jeton_n_est_pas_conserve(envoyer):
    jeton = envoyer()

    invitation = Invitation.objects.get()

    assert jeton not in {str(valeur) for valeur in vars(invitation).values()}
    assert mail.outbox[-1].to == [MARTHE]


def test_une_invitation_rejouee_est_refusee_et_consignee(envoyer):
    jeton = envoyer()
    marthe = creer_personne()
    accepter_invitation(jeton, par=marthe)

    with pytest.raises(InvitationRefusee, match="déjà servi"):
        accepter_invitation(jeton, par=marthe)

    assert Habilitation.objects.de(marthe).count() == 1
    assert len(_refus_consignes()) == 1


def test_une_invitation_perimee_est_refusee(envoyer):
    jeton = envoyer()
    Invitation.objects.update(expire_le=timezone.now() - timedelta(seconds=1))

    with pytest.raises(InvitationRefusee, match="plus valable"):
        accepter_invitation(jeton, par=creer_personne())


def test_une_invitation_vaut_sept_jours(envoyer):
    envoyer()

    duree = Invitation.objects.get().expire_le - timezone.now()

    assert timedelta(days=6, hours=23) < duree <= timedelta(days=7)


def test_une_invitation_retiree_est_refusee(envoyer, administratrice):
    jeton = envoyer()
    retirer_invitation(Invitation.objects.get(), par=administratrice)

    with pytest.raises(InvitationRefusee, match="retirée"):
        accepter_invitation(jeton, par=creer_personne())


def test_une_nouvelle_invitation_remplace_la_precedente(envoyer):
    ancien = envoyer()
    nouveau = envoyer(droits=[])
    marthe = creer_personne()

    with pytest.raises(InvitationRefusee, match="remplacée"):
        accepter_invitation(ancien, par=marthe)
    assert accepter_invitation(nouveau, par=marthe).droits == [Droit.CONSULTER]


@pytest.mark.parametrize(
    ("courriel", "est_verifiee"), [("intruse@ailleurs.example", True), (MARTHE, False)]
)
def test_seule_l_adresse_verifiee_invitee_accepte(envoyer, courriel, est_verifiee):
    jeton = envoyer()
    personne = creer_personne(courriel, est_verifiee=est_verifiee)

    with pytest.raises(InvitationRefusee, match="autre adresse"):
        accepter_invitation(jeton, par=personne)

    assert not Habilitation.objects.de(personne).exists()
    assert len(_refus_consignes()) == 1


def test_un_jeton_inconnu_est_refuse_et_consigne():
    with pytest.raises(InvitationRefusee, match="aucune invitation"):
        accepter_invitation("inconnu", par=creer_personne())

    assert len(_refus_consignes()) == 1


def test_l_invitation_d_une_personne_qui_ne_gere_plus_les_droits_ne_vaut_rien(
    envoyer, etablissement, administratrice, agent
):
    jeton = envoyer()
    autre = creer_personne("adele@cagou.example")
    habiliter(utilisateur=autre, etablissement=etablissement, droits=list(Droit), par=agent)
    quitter(etablissement, par=administratrice)

    with pytest.raises(InvitationRefusee, match="ne gère plus"):
        accepter_invitation(jeton, par=creer_personne())


def test_on_ne_donne_que_les_droits_qu_on_a(etablissement, administratrice):
    adele = creer_personne("adele@cagou.example")
    habiliter(
        utilisateur=adele,
        etablissement=etablissement,
        droits=[Droit.GERER_DROITS],
        par=administratrice,
    )

    with pytest.raises(PermissionDenied, match="compte bancaire"):
        inviter(
            etablissement=etablissement, courriel=MARTHE, droits=[Droit.GERER_DONNEES], par=adele
        )


def test_on_ne_change_pas_ses_propres_droits(etablissement, administratrice):
    with pytest.raises(HabilitationRefusee, match="vos propres droits"):
        changer_droits(etablissement.habilitations.get(), droits=[], fin=None, par=administratrice)


def test_un_mandat_fini_ne_donne_plus_rien_et_peut_etre_renouvele(
    envoyer, etablissement, administratrice
):
    marthe = creer_personne()
    habilitation = accepter_invitation(envoyer(), par=marthe)
    hier = timezone.localdate() - timedelta(days=1)
    Habilitation.objects.filter(pk=habilitation.pk).update(fin=hier)

    assert not Etablissement.objects.visibles_par(marthe).exists()
    assert not Habilitation.objects.en_vigueur().de(marthe).exists()
    accepter_invitation(envoyer(), par=marthe)
    assert Etablissement.objects.visibles_par(marthe).exists()


@pytest.mark.deux_moteurs
def test_un_administrateur_n_a_pas_de_fin_de_mandat(etablissement, administratrice):
    demain = timezone.localdate() + timedelta(days=1)

    with pytest.raises(HabilitationRefusee, match="sans date de fin"):
        inviter(
            etablissement=etablissement,
            courriel=MARTHE,
            droits=list(Droit),
            par=administratrice,
            fin=demain,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        etablissement.habilitations.update(fin=demain)


def test_le_dernier_administrateur_ne_part_ni_ne_perd_ses_droits(
    etablissement, administratrice, agent
):
    habilitation = etablissement.habilitations.get()

    with pytest.raises(HabilitationRefusee, match="dernière personne"):
        quitter(etablissement, par=administratrice)
    with pytest.raises(HabilitationRefusee, match="dernière personne"):
        retirer_habilitation(habilitation, par=agent)
    with pytest.raises(HabilitationRefusee, match="dernière personne"):
        changer_droits(habilitation, droits=[], fin=None, par=agent)


def test_qui_quitte_ne_voit_plus_rien_et_l_administrateur_est_prevenu(
    envoyer, etablissement, administratrice, django_capture_on_commit_callbacks
):
    marthe = creer_personne()
    accepter_invitation(envoyer(), par=marthe)

    with django_capture_on_commit_callbacks(execute=True):
        quitter(etablissement, par=marthe)

    assert not Etablissement.objects.visibles_par(marthe).exists()
    assert mail.outbox[-1].to == [administratrice.email]
    assert EntreeJournal.objects.filter(acte="habilitation_quittee", par=marthe).exists()


@pytest.mark.django_db(transaction=True)
def test_deux_acceptations_simultanees_une_seule_sert(transactional_db, reference):
    FournisseurFactory(ridet=RIDET)
    etablissement = Etablissement.objects.get()
    administratrice = etablissement.habilitations.get().representant.utilisateur
    inviter(
        etablissement=etablissement, courriel=MARTHE, droits=[Droit.DEPOSER], par=administratrice
    )
    jeton = mail.outbox[-1].body.split("/fournisseur/invitations/")[1].split("/")[0]
    marthe = creer_personne()

    issues = ensemble([lambda: accepter_invitation(jeton, par=marthe)] * 2)

    reussies = [issue for issue in issues if isinstance(issue, Habilitation)]
    refusees = [i for i in issues if isinstance(i, InvitationRefusee | TransitionInterdite)]
    assert (len(reussies), len(refusees)) == (1, 1)
    assert Habilitation.objects.en_vigueur().de(marthe).count() == 1


def test_les_pages_vont_de_l_invitation_au_depart(
    client, etablissement, administratrice, django_capture_on_commit_callbacks
):
    adresse = reverse("fournisseurs:habilitations", args=[RIDET])
    client.force_login(administratrice)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(adresse, {"courriel": MARTHE, "droits": ["deposer"], "fin": ""})
    lien = mail.outbox[-1].body.split("http://127.0.0.1:8000")[1].split()[0]
    assert MARTHE in client.get(adresse).content.decode()
    client.force_login(creer_personne())

    assert "Accepter" in client.get(lien).content.decode()
    page = client.post(lien, follow=True).content.decode()
    assert "Vous agissez maintenant pour" in page
    rejeu = client.get(lien)
    assert rejeu.status_code == 403
    assert "déjà servi" in rejeu.content.decode()
    depart = client.post(reverse("fournisseurs:quitter", args=[RIDET]), follow=True)
    assert "Vous n’agissez plus pour" in depart.content.decode()


def test_l_administrateur_change_puis_retire_les_droits_et_voit_l_historique(
    client, envoyer, administratrice
):
    marthe = creer_personne()
    habilitation = accepter_invitation(envoyer(), par=marthe)
    client.force_login(administratrice)
    changer = reverse("fournisseurs:modifier_habilitation", args=[RIDET, habilitation.pk])

    client.post(changer, {"droits": ["gerer_donnees"], "fin": ""})
    nouvelle = Habilitation.objects.en_vigueur().de(marthe).get()
    assert nouvelle.droits == [Droit.CONSULTER, Droit.GERER_DONNEES]
    client.post(reverse("fournisseurs:retirer_habilitation", args=[RIDET, nouvelle.pk]))

    page = client.get(reverse("fournisseurs:habilitations", args=[RIDET]))
    assert [h.representant.utilisateur for h in page.context["historique"]].count(marthe) == 2
    assert not Etablissement.objects.visibles_par(marthe).exists()


@pytest.mark.parametrize(
    "donnees",
    [
        {"courriel": "pas-une-adresse"},
        {"courriel": MARTHE, "droits": ["tout"]},
        {"courriel": MARTHE, "fin": "2020-01-01"},
        {"courriel": MARTHE, "droits": ["gerer_droits"], "fin": "2099-01-01"},
    ],
)
def test_une_invitation_mal_remplie_est_expliquee(client, administratrice, donnees):
    client.force_login(administratrice)

    reponse = client.post(reverse("fournisseurs:habilitations", args=[RIDET]), donnees)

    assert reponse.status_code == 422
    assert not Invitation.objects.exists()


def test_un_mandataire_retrouve_parmi_beaucoup_l_etablissement_cherche(
    client, reference, agent, django_assert_max_num_queries
):
    marthe = creer_personne()
    for rang in range(30):
        FournisseurFactory(ridet=f"90{rang:05d}001", champs={"denomination": f"Fictif {rang:02d}"})
    for objet in Etablissement.objects.all():
        habiliter(utilisateur=marthe, etablissement=objet, droits=[Droit.DEPOSER], par=agent)
    client.force_login(marthe)
    adresse = reverse("fournisseurs:accueil")

    with django_assert_max_num_queries(14):
        premiere = client.get(adresse)
    seconde = client.get(adresse + premiere.context["suivant"])
    trouvee = client.get(adresse, {"q": "fictif 27"})

    noms = [
        h.etablissement.denomination
        for page in (premiere, seconde)
        for h in page.context["habilitations"]
    ]
    assert noms == [f"Fictif {rang:02d}" for rang in range(30)]
    assert [h.etablissement.denomination for h in trouvee.context["habilitations"]] == ["Fictif 27"]
