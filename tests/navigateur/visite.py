"""Someone at the keyboard: logs in, presses, follows links, downloads, looks at each page."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.core import mail
from playwright.sync_api import Locator, Page
from pypdf import PdfReader

from facturier.accueil.demonstration import MOT_DE_PASSE

PROVINCE = "province-sud.example"
AGATHE = f"agathe.kaori@{PROVINCE}"
AUGUSTIN = f"augustin.niaouli@{PROVINCE}"
SERGE = f"serge.santal@{PROVINCE}"
ODILE = f"odile.banian@{PROVINCE}"
REMI = f"remi.cagou@{PROVINCE}"
CORINNE = "corinne.notou@tresorerie.example"
FANNY = "fanny.lagon@fournisseur.example"


@dataclass(frozen=True)
class Visite:
    """One browser, lent in turn to each person of a journey."""

    page: Page
    examiner: Callable[[str], None]
    photographier: Callable[[str, int], Path]
    au_clavier: Callable[[str], None]
    dossier: Path

    def entrer(self, courriel: str, mot_de_passe: str = MOT_DE_PASSE) -> None:
        """Log in as someone else, on the log-in page.

        The page is left first: an answer still on its way would bring its session back.
        """
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.goto("/compte/login/")
        self.remplir("Adresse électronique", courriel)
        self.remplir("Mot de passe", mot_de_passe)
        self.presser("Se connecter")
        self.page.wait_for_url("**/tableau/")

    def remplir(self, libelle: str, valeur: str) -> None:
        """Type in the field of that label."""
        self.page.get_by_label(libelle).first.fill(valeur)

    def choisir(self, libelle: str, option: str) -> None:
        """Choose an option by what it shows."""
        self.page.get_by_label(libelle).first.select_option(label=option)

    def presser(self, nom: str) -> None:
        """Press a button of the page, and wait for the page that it leads to."""
        self.page.get_by_role("main").get_by_role("button", name=nom).click()
        self.page.wait_for_load_state()

    def suivre(self, nom: str) -> None:
        """Follow a link of the page, and wait for the page that it leads to."""
        self.page.get_by_role("main").get_by_role("link", name=nom).first.click()
        self.page.wait_for_load_state()

    def attendre(self, texte: str) -> Locator:
        """Wait until the page says something."""
        trouve = self.page.get_by_role("main").get_by_text(texte).first
        trouve.wait_for()
        return trouve

    def telecharger(self, lien: str, nom: str) -> str:
        """Download the PDF behind a link or a button, keep it, and return its text on one line."""
        contenu = self.page.get_by_role("main")
        bouton = contenu.get_by_role("button", name=lien)
        if bouton.count():
            with self.page.expect_download() as attente:
                bouton.first.click()
            recu = Path(attente.value.path()).read_bytes()
        else:
            cible = contenu.get_by_role("link", name=lien).first
            reponse = self.page.request.get(str(cible.get_attribute("href")))
            assert reponse.headers["content-type"] == "application/pdf", reponse.status
            recu = reponse.body()
        (self.dossier / f"{nom}.pdf").write_bytes(recu)
        pages = PdfReader(BytesIO(recu)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


def dernier_courriel(adresse: str) -> str:
    """Return the subject and the text of the last mail sent to an address."""
    message = [envoye for envoye in mail.outbox if adresse in envoye.to][-1]
    return f"{message.subject}\n{message.body}"
