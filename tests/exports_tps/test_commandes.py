"""The commands, called as a person would: results, exit codes, never a traceback."""

import io
import json
import os
import socket
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exports_tps.signature import signer_bordereau
from facturier.commun import fichiers
from tests.disque import disque_plein
from tests.exports_tps.factories import bordereau_depense, flux_constitue, flux_transmis, tresorerie
from tests.exports_tps.golden import DOSSIER

pytestmark = pytest.mark.django_db


def lancer(*arguments):
    """Run a command with --json; return its exit code and its object."""
    sortie = io.StringIO()
    code = 0
    try:
        call_command(*map(str, arguments), "--json", stdout=sortie, stderr=io.StringIO())
    except SystemExit as fin:
        code = int(fin.code or 0)
    except CommandError as refus:
        return refus.returncode, str(refus)
    return code, json.loads(sortie.getvalue())


def test_constituer_puis_transmettre_tous_les_bordereaux_signes(
    circuit, agent, ordonnateur, settings
):
    signer_bordereau(bordereau_depense(agent), par=ordonnateur)

    constitution, transmission = lancer("constituer_flux"), lancer("transmettre_flux")

    nom = f"{constitution[1]['flux'][0]['nom']}.xml"
    assert (constitution[0], transmission) == (0, (0, {"transmis": [nom], "anomalies": []}))
    assert (settings.TPS_ENVOIS / nom).exists()


def test_un_envoi_qui_echoue_n_est_pas_dit_absent(circuit, agent, ordonnateur, settings, tmp_path):
    signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    numero = lancer("constituer_flux")[1]["flux"][0]["numero"]
    settings.TPS_ENVOIS = tmp_path / "occupe"
    settings.TPS_ENVOIS.write_text("un fichier, pas un dossier")

    code, resultat = lancer("transmettre_flux", "--flux", numero, "--flux", 99_999)

    absent, echec = resultat["anomalies"]
    assert (code, resultat["transmis"]) == (1, [])
    assert absent == "Flux 99999 : il n’existe pas."
    assert "Rien n’est perdu" in echec


def test_une_copie_qui_echoue_se_dit_et_ne_laisse_rien(circuit, agent, ordonnateur, tmp_path):
    flux = flux_constitue(agent, ordonnateur)
    reference = flux.lignes.exclude(bordereau=None).get().bordereau.reference
    sortie = tmp_path / "sortie"
    sortie.mkdir()
    commande = ("constituer_flux", "--bordereau", reference, "--sortie", sortie)

    with disque_plein():
        code, resultat = lancer(*commande)
    restes = list(sortie.iterdir())

    (anomalie,) = resultat["anomalies"]
    assert (code, resultat["flux"][0]["numero"], restes) == (1, flux.numero, [])
    assert "n’a pas pu être copié" in anomalie
    assert lancer(*commande)[0] == 0
    assert [copie.name for copie in sortie.iterdir()] == [flux.nom_physique]


def test_constituer_deux_fois_ne_fait_qu_un_flux(circuit, agent, ordonnateur):
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    reference = bordereau.reference

    premier = lancer("constituer_flux", "--bordereau", reference)
    second = lancer("constituer_flux", "--bordereau", reference)

    assert premier == second


def test_constituer_refuse_un_bordereau_non_signe(circuit, agent):
    bordereau = bordereau_depense(agent)

    code, message = lancer("constituer_flux", "--bordereau", bordereau.reference)

    assert code == 1
    assert "seul un bordereau signé" in message


@pytest.mark.parametrize(("reference", "code"), [("12", 2), ("2026-D-999", 1)])
def test_constituer_refuse_une_reference_fautive(circuit, reference, code):
    assert lancer("constituer_flux", "--bordereau", reference)[0] == code


def test_lire_les_retours_deux_fois(circuit, agent, ordonnateur):
    flux_transmis(agent, ordonnateur)
    tresorerie("--jusqu-au-bout")

    premier, second = lancer("lire_retours"), lancer("lire_retours")

    assert (premier[0], len(premier[1]["appliques"])) == (0, 3)
    assert (second[0], len(second[1]["deja_lus"])) == (0, 3)


def test_un_fichier_etranger_dans_la_boite_est_signale(circuit, tmp_path):
    (tmp_path / "note.xml").write_text("<note/>", encoding="utf-8")

    code, resultat = lancer("lire_retours", tmp_path)

    assert (code, resultat["mis_de_cote"]) == (1, ["note.xml"])


def test_lire_un_dossier_absent_est_un_mauvais_usage(circuit, tmp_path):
    assert lancer("lire_retours", tmp_path / "absent")[0] == 2


def test_un_flux_constitue_est_conforme(circuit, agent, ordonnateur, settings, tmp_path):
    flux = flux_constitue(agent, ordonnateur)

    code, resultat = lancer(
        "controler_pes", fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE)
    )

    assert (code, resultat["anomalies"]) == (0, 0)


def test_controler_juge_un_fichier_de_chaque_racine():
    fichiers_types = sorted(DOSSIER.glob("*.xml"))

    code, resultat = lancer("controler_pes", *fichiers_types)

    assert (code, resultat["anomalies"]) == (0, 0)
    assert len(resultat["fichiers"]) == len(fichiers_types)


@pytest.mark.parametrize(
    "contenu", [b"", b"\x00\xff", b"<a/>", b"<PES_Aller", b"<!DOCTYPE a><a/>", b"PK\x03\x04"]
)
def test_controler_n_importe_quoi_repond_sans_trace(tmp_path, contenu):
    fichier = tmp_path / "essai.xml"
    fichier.write_bytes(contenu)

    code, resultat = lancer("controler_pes", fichier)

    assert code == 1
    assert resultat["fichiers"][0]["anomalies"]


def test_controler_un_dossier_ou_un_absent_repond_sans_trace(tmp_path):
    code, resultat = lancer("controler_pes", tmp_path, tmp_path / "absent.xml")

    assert code == 1
    assert [fichier["conforme"] for fichier in resultat["fichiers"]] == [False, False]


@pytest.fixture
def speciaux(tmp_path):
    """A pipe nobody writes to, a device without end and a socket."""
    tube, prise = tmp_path / "tube.xml", tmp_path / "prise.xml"
    os.mkfifo(tube)
    with socket.socket(socket.AF_UNIX) as ecoute:
        ecoute.bind(str(prise))
        yield [tube, Path("/dev/zero"), prise]


def test_controler_n_attend_ni_tube_ni_peripherique_et_juge_les_autres(speciaux):
    bon = sorted(DOSSIER.glob("*.xml"))[0]

    code, resultat = lancer("controler_pes", *speciaux, bon)

    *refuses, juge = resultat["fichiers"]
    dits = {anomalie["message"] for fichier in refuses for anomalie in fichier["anomalies"]}
    assert (code, juge["conforme"]) == (1, True)
    assert dits == {"Illisible\u202f: ce n’est pas un fichier ordinaire."}


def test_des_autorites_qui_sont_un_tube_sont_un_mauvais_usage(speciaux):
    bon = sorted(DOSSIER.glob("*.xml"))[0]

    code, message = lancer("controler_pes", bon, "--autorites", speciaux[0])

    assert (code, "Autorités illisibles" in message) == (2, True)


def test_deposer_n_attend_ni_tube_ni_peripherique(circuit, speciaux):
    code, resultat = lancer("deposer_pes", *speciaux)

    assert (code, resultat["deposes"]) == (1, [])
    assert resultat["anomalies"] == [
        f"{fichier} : illisible, ce n’est pas un fichier ordinaire." for fichier in speciaux
    ]


def archive(tmp_path, **entrees):
    chemin = tmp_path / "schemas.zip"
    with zipfile.ZipFile(chemin, "w") as contenu:
        for nom, texte in entrees.items():
            contenu.writestr(nom, texte)
    return chemin


def test_installer_refuse_une_archive_qui_sort_de_son_dossier(tmp_path):
    fautive = archive(tmp_path, **{"PES_V2/Rev0/PES_Aller.xsd": "<a/>", "../evade.xsd": "<a/>"})

    code, message = lancer("installer_schemas_pes", fautive, "--dossier", tmp_path / "xsd")

    assert (code, (tmp_path / "evade.xsd").exists()) == (1, False)
    assert "dangereuse" in message


def test_installer_refuse_des_schemas_illisibles(tmp_path):
    fautive = archive(tmp_path, **{"doc/PES_V2/Rev0/PES_Aller.xsd": "<a/>"})

    code, _ = lancer("installer_schemas_pes", fautive, "--dossier", tmp_path / "xsd")

    assert (code, (tmp_path / "xsd").exists()) == (1, False)


def test_installer_dit_ce_que_le_disque_refuse(tmp_path):
    (tmp_path / "occupe").write_text("un fichier, pas un dossier")
    lourde = archive(tmp_path, **{"PES_V2/Rev0/PES_Aller.xsd": "a" * 9000})

    _, occupe = lancer("installer_schemas_pes", lourde, "--dossier", tmp_path / "occupe" / "xsd")
    with disque_plein():
        code, plein = lancer("installer_schemas_pes", lourde, "--dossier", tmp_path / "xsd")

    assert occupe.endswith(" : un fichier en occupe la place.")
    assert (code, (tmp_path / "xsd").exists()) == (1, False)
    assert plein.endswith(" : le fichier dépasse la taille permise ici.")


def test_installer_deballe_les_schemas_officiels(avec_schemas, tmp_path):
    source = Path(avec_schemas)
    if not avec_schemas:
        pytest.skip("schémas officiels absents")
    noms = {f"DGFiP/{f.relative_to(source)}": f.read_text() for f in source.rglob("*.xsd")}

    code, resultat = lancer(
        "installer_schemas_pes", archive(tmp_path, **noms), "--dossier", tmp_path / "xsd"
    )

    assert (code, resultat["fichiers"]) == (0, len(noms))
