"""The queue of tasks in files: no worker reads half a message."""

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from tests.disque import disque_plein

MESSAGES = 20
GROS = "é" * 200_000  # longer than what the disk takes while it is full


def test_un_message_se_lit_entier_et_dans_l_ordre_ou_n_est_vu_de_personne(tmp_path):
    """A file has its name once full: of one whose writing is cut short, nothing is listed."""
    dossier = tmp_path / "messages"
    dossier.mkdir()
    reglages = {
        "data_folder_in": str(dossier),
        "data_folder_out": str(dossier),
        "control_folder": str(tmp_path / "controle"),
    }
    transport = "facturier.commun.courtier:Transport"
    with (
        Connection("filesystem://", transport=transport, transport_options=reglages) as connexion,
        connexion.SimpleQueue("taches") as file,
    ):
        with disque_plein(100_000), pytest.raises(ChannelError):
            file.put({"rang": 0, "corps": GROS})
        restes = list(dossier.iterdir())
        for rang in range(MESSAGES):
            file.put({"rang": rang, "corps": GROS})
        lus = []
        for _ in range(MESSAGES):
            message = file.get(timeout=30)
            lus.append(message.payload)
            message.ack()

    assert restes == []
    assert lus == [{"rang": rang, "corps": GROS} for rang in range(MESSAGES)]
