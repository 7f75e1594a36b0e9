// Card form of the payment page. The card is typed in the gateway's own fields; this script asks our
// server, just before the charge, whether the debt still stands, then hands over to the gateway.
(function () {
  "use strict";

  const SANS_PRELEVEMENT =
    " Aucune somme n’a été prélevée. Essayez une autre carte, ou payez autrement.";
  const REFUS_3DS = "payment_intent_authentication_failure";
  const formulaire = document.getElementById("carte");
  const bouton = document.getElementById("carte-payer");
  const erreur = document.getElementById("carte-erreur");
  const etat = document.getElementById("carte-etat");
  const indisponible = document.getElementById("carte-indisponible");
  const DELAI_CHARGEMENT = 10000; // milliseconds, after which the payer is told
  if (!formulaire) return;
  if (typeof window.Stripe !== "function") {
    indisponible.hidden = false;
    return;
  }

  const stripe = window.Stripe(formulaire.dataset.clePublique);
  const elements = stripe.elements({ clientSecret: formulaire.dataset.secret, locale: "fr" });
  const champs = elements.create("payment", {
    wallets: { applePay: "never", googlePay: "never", link: "never" },
  });
  formulaire.hidden = false;
  etat.textContent = "Chargement du formulaire de carte…";

  function manquer() {
    etat.textContent = "";
    indisponible.hidden = false;
  }

  const chargement = window.setTimeout(manquer, DELAI_CHARGEMENT);
  champs.on("ready", function () {
    window.clearTimeout(chargement);
    etat.textContent = "";
    indisponible.hidden = true;
    bouton.disabled = false;
  });
  champs.on("loaderror", manquer);
  champs.on("change", function () { document.dispatchEvent(new Event("activite")); });
  champs.mount("#carte-champs");

  function dire(message) {
    erreur.querySelector("p").textContent = message;
    erreur.hidden = !message;
    if (message) erreur.focus();
  }

  function occuper(occupe) {
    bouton.disabled = occupe;
    formulaire.setAttribute("aria-busy", String(occupe));
    etat.textContent = occupe ? "Paiement en cours, ne fermez pas cette page." : "";
  }

  async function controler() {
    const jeton = formulaire.querySelector("[name=csrfmiddlewaretoken]").value;
    const reponse = await fetch(formulaire.dataset.controle, {
      method: "POST",
      headers: { "X-CSRFToken": jeton },
      credentials: "same-origin",
    });
    if (!reponse.ok) throw new Error(String(reponse.status));
    return (await reponse.json()).motif;
  }

  async function payer() {
    const saisie = await elements.submit();
    if (saisie.error) return saisie.error.message;
    const motif = await controler();
    if (motif) return motif;
    const issue = await stripe.confirmPayment({
      elements: elements,
      confirmParams: { return_url: formulaire.dataset.retour },
    });
    if (!issue.error) return "";
    if (issue.error.type === "validation_error") return issue.error.message;
    if (issue.error.type === "card_error" || issue.error.code === REFUS_3DS) {
      return issue.error.message + SANS_PRELEVEMENT;
    }
    // Paid already, or an outcome that nobody here knows: our server asks the bank.
    window.location.assign(formulaire.dataset.retour);
    return "";
  }

  formulaire.addEventListener("submit", async function (evenement) {
    evenement.preventDefault();
    dire("");
    occuper(true);
    try {
      const message = await payer();
      if (message) dire(message);
    } catch {
      dire("La connexion est coupée. Rechargez la page pour voir où en est votre paiement.");
    }
    occuper(false);
  });
})();
