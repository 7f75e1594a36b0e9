"""The queue of tasks in files: no worker reads half a message."""

from threading import Thread

import pytest
from kombu import Connection

MESSAGES = 300
GROS = "é" * 200_000  # long enough to be seen half-written


@pytest.fixture
def courtier(tmp_path):
    """Return how to open the broker of a folder of its own."""
    (tmp_path / "messages").mkdir()

    def ouvrir():
        return Connection(
            "filesystem://",
            transport="facturier.commun.courtier:Transport",
            transport_options={
                "data_folder_in": str(tmp_path / "messages"),
                "data_folder_out": str(tmp_path / "messages"),
                "control_folder": str(tmp_path / "controle"),
            },
        )

    return ouvrir


def test_un_message_se_lit_entier_et_dans_l_ordre_pendant_qu_on_en_ecrit(courtier):
    """Whoever lists the folder while a message is written does not see it yet."""

    def ecrire():
        with courtier() as connexion, connexion.SimpleQueue("taches") as file:
            for rang in range(MESSAGES):
                file.put({"rang": rang, "corps": GROS})

    redacteur = Thread(target=ecrire)
    redacteur.start()
    with courtier() as connexion, connexion.SimpleQueue("taches") as file:
        lus = []
        for _ in range(MESSAGES):
            message = file.get(timeout=20)
            lus.append(message.payload["rang"])
            message.ack()
    redacteur.join()
    assert lus == list(range(MESSAGES))
