"""The acts from receipt to liquidation, by whom they may be done, and what they leave behind."""

import io
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.suivi import brouillon, instruction
from facturier.suivi.forms import RetourForm
from facturier.suivi.models import Facture, ServiceFait
from fournisseurs.fusion import proposer_fusion
from tests.suivi.factories import (
    BonCommandeFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
    retour,
)
from tests.suivi.lecture.echantillons import photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def etapes(facture):
    return list(facture.passages.values_list("acte", flat=True))


def test_une_facture_va_du_depot_a_la_liquidation():
    facture = FactureFactory(liquidee=True)

    assert (facture.montant_liquide, facture.compte, facture.fonction) == (111_000, "6064", "930")
    assert etapes(facture) == [
        "deposer",
        "recevoir",
        "demander_certification",
        "certifier_service_fait",
        "liquider",
    ]


def test_un_doublon_se_trouve_des_deux_cotes_d_une_fusion(personne):
    agent = personne("Agathe", Role.AGENT)
    ancienne = FactureFactory(deposee=True, numero="FA42")
    facture = FactureFactory(deposee=True, numero="fa 42")
    proposer_fusion(
        garde=facture.fournisseur,
        absorbe=ancienne.fournisseur,
        choix=[],
        par=agent,
        motif="Même entreprise.",
    )

    trouvees = [
        RetourForm(
            {"numero_doublon": "FA 42"}, facture=Facture.objects.get(pk=une.pk), nature="rejet"
        )
        for une in (ancienne, facture)
    ]

    assert [not form.errors.get("numero_doublon") for form in trouvees] == [True, True]
    assert [form.cleaned_data["numero_doublon"] for form in trouvees] == [facture, ancienne]


def test_la_certification_garde_qui_et_quand(agent_service):
    facture = FactureFactory(en_certification=True)

    instruction.certifier_service_fait(
        facture, date_service_fait=date(2026, 11, 5), par=agent_service, commentaire="Conforme"
    )

    service_fait = ServiceFait.objects.get(facture=facture)
    assert service_fait.certifie_par == agent_service
    assert service_fait.date_service_fait == date(2026, 11, 5)


def test_un_service_ne_certifie_pas_la_facture_d_un_autre(service):
    facture = FactureFactory(en_certification=True)
    service.service = ServiceFactory.create(code="DEFE", libelle="Collèges")
    service.save()

    with pytest.raises(ActeInterdit):
        instruction.certifier_service_fait(
            facture, date_service_fait=timezone.localdate(), par=service
        )


def test_un_service_fait_a_venir_est_refuse(agent_service):
    facture = FactureFactory(en_certification=True)

    with pytest.raises(ValidationError, match="avenir"):
        instruction.certifier_service_fait(
            facture,
            date_service_fait=timezone.localdate() + timedelta(days=1),
            par=agent_service,
        )


def test_qui_certifie_ne_liquide_pas(agent_service):
    facture = FactureFactory(en_certification=True)
    agent_service.attribuer(Role.AGENT)
    instruction.certifier_service_fait(
        facture, date_service_fait=timezone.localdate(), par=agent_service
    )

    with pytest.raises(ActeInterdit, match="ne liquide pas"):
        instruction.liquider(facture, compte="6064", fonction="930", par=agent_service)


@pytest.mark.parametrize(
    ("compte", "fonction"), [("", ""), ("6064", ""), ("999999", "930"), ("515", "")]
)
def test_une_imputation_absente_ou_inconnue_est_refusee(agent, compte, fonction):
    facture = FactureFactory(certifiee=True)

    with pytest.raises(ValidationError):
        instruction.liquider(facture, compte=compte, fonction=fonction, par=agent)

    assert Facture.objects.get(pk=facture.pk).etat == "service_fait"


def test_l_imputation_vient_du_bon_de_commande(agent):
    facture = FactureFactory(certifiee=True)
    commande = BonCommandeFactory.create(
        fournisseur=facture.fournisseur, compte="60612", fonction="932"
    )
    Facture.objects.filter(pk=facture.pk).update(bon_commande=commande)
    facture.refresh_from_db()

    instruction.liquider(facture, par=agent)

    assert (facture.compte, facture.fonction) == ("60612", "932")


def test_une_suspension_previent_le_fournisseur_de_ce_qu_il_doit_faire(
    agent, django_capture_on_commit_callbacks
):
    facture = FactureFactory(recue=True)

    with django_capture_on_commit_callbacks(execute=True):
        instruction.suspendre(
            facture, retour("JUSTIF_ABS", commentaire="Bon de livraison"), par=agent
        )

    assert facture.etat == "suspendue"
    assert "Joignez la pièce demandée." in mail.outbox[-1].body
    assert "Bon de livraison" in mail.outbox[-1].body


@pytest.mark.parametrize("jusque", ["recue", "en_certification", "service_fait", "liquidee"])
def test_une_facture_completee_revient_a_l_etape_qui_l_a_suspendue(jusque, agent):
    facture = FactureFactory(jusque=jusque)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    instruction.completer(facture, reponse="Voici.", par=acteur(Role.FOURNISSEUR))

    instruction.reprendre(facture, par=agent)

    assert (facture.etat, facture.suspendue_depuis) == (jusque, "")
    assert facture.retours.get().reponse == "Voici."


def test_un_document_ajoute_vaut_reponse(agent, tmp_path):
    facture = FactureFactory(recue=True)
    deposant = acteur(Role.FOURNISSEUR)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    fichier = tmp_path / "bl.pdf"
    fichier.write_bytes(b"%PDF-1.4 bon de livraison")
    with fichier.open("rb") as flux:
        brouillon.joindre(facture, flux, nom="bl.pdf", genre="autre", par=deposant)

    instruction.completer(facture, reponse="", par=deposant)

    assert facture.etat == "completee"


def test_une_photo_heic_jointe_devient_un_pdf():
    facture = FactureFactory()
    flux = io.BytesIO(photo(genre="HEIF"))

    document = brouillon.joindre(
        facture, flux, nom="bon-de-livraison.heic", genre="autre", par=acteur(Role.FOURNISSEUR)
    )

    assert (document.nom, document.type_mime) == ("bon-de-livraison.pdf", "application/pdf")


def test_une_reponse_vide_est_refusee(agent):
    facture = FactureFactory(recue=True)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)

    with pytest.raises(ValidationError, match="Joignez la pièce"):
        instruction.completer(facture, reponse=" ", par=acteur(Role.FOURNISSEUR))


def test_une_facture_suspendue_apres_liquidation_ne_repart_pas_en_certification(agent):
    facture = FactureFactory(liquidee=True)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    instruction.completer(facture, reponse="Voici.", par=acteur(Role.FOURNISSEUR))

    with pytest.raises(TransitionInterdite, match="déjà certifiée"):
        instruction.demander_certification(facture, par=agent)


def test_un_motif_de_rejet_ne_suspend_pas(agent):
    facture = FactureFactory(recue=True)

    with pytest.raises(ValidationError, match="ne sert pas"):
        instruction.suspendre(facture, retour("CALCUL_ERR"), par=agent)


def test_un_mauvais_destinataire_se_corrige_sans_changer_de_numero(agent):
    facture = FactureFactory(en_certification=True, numero="FA1")
    autre = ServiceFactory.create(code="DEFE", libelle="Collèges")
    instruction.reorienter(facture, retour("DEST_ERR"), par=agent)

    instruction.readresser(facture, service=autre, par=acteur(Role.FOURNISSEUR))

    relue = Facture.objects.get(pk=facture.pk)
    assert (relue.etat, relue.numero, relue.service) == ("recue", "FA1", autre)


def test_un_rejet_porte_son_motif_et_la_valeur_attendue(agent):
    facture = FactureFactory(recue=True)

    instruction.rejeter(facture, retour("CALCUL_ERR", valeur_attendue="111 000 F CFP"), par=agent)

    assert facture.motif_rejet_id == "CALCUL_ERR"
    assert facture.retours.get().valeur_attendue == "111 000 F CFP"


@pytest.mark.parametrize("jusque", ["deposee", "recue"])
def test_le_fournisseur_retire_sa_facture_avant_certification(jusque):
    facture = FactureFactory(jusque=jusque)

    instruction.retirer(facture, motif="Erreur de destinataire", par=acteur(Role.FOURNISSEUR))

    assert facture.etat == "retiree"


def test_une_facture_suspendue_pendant_la_certification_ne_se_retire_plus(agent):
    facture = FactureFactory(en_certification=True)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)

    with pytest.raises(TransitionInterdite, match="a commencé"):
        instruction.retirer(facture, motif="Trop tard", par=acteur(Role.FOURNISSEUR))


def test_un_autre_fournisseur_ne_complete_ni_ne_retire(agent, intrus):
    facture = FactureFactory(recue=True)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)

    with pytest.raises(PermissionDenied):
        instruction.completer(facture, reponse="Voici.", par=intrus)
    with pytest.raises(PermissionDenied):
        instruction.retirer(facture, motif="Non", par=intrus)


def test_une_facture_portant_un_mandat_ne_se_suspend_ni_ne_se_rejette(agent):
    facture = FactureFactory(mandat_emis=True)

    with pytest.raises(TransitionInterdite, match="annulez-le"):
        instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    with pytest.raises(TransitionInterdite, match="annulez-le"):
        instruction.rejeter(facture, retour("CALCUL_ERR"), par=agent)
