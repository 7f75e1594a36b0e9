// Double of Stripe.js: the documented calls a shop page needs, the same names and answers.
// Works under a strict policy: nothing inline, no eval, styles through constructed sheets.
"use strict";

(() => {
  const ORIGINE = new URL(document.currentScript.src).origin;
  const VERSION = "2026-10-28.endive";
  const TEXTES = {
    numero: "Numéro de carte",
    echeance: "Date d’expiration",
    code: "Code de sécurité",
    incomplete_number: "Votre numéro de carte est incomplet.",
    invalid_number: "Votre numéro de carte n’est pas valide.",
    incomplete_expiry: "La date d’expiration de votre carte est incomplète.",
    invalid_expiry_month: "Le mois d’expiration de votre carte n’est pas valide.",
    invalid_expiry_year: "L’année d’expiration de votre carte n’est pas valide.",
    invalid_expiry_year_past: "L’année d’expiration de votre carte est déjà passée.",
    incomplete_cvc: "Le code de sécurité de votre carte est incomplet.",
    invalid_cvc: "Le code de sécurité de votre carte n’est pas valide.",
    generic_decline: "Votre carte a été refusée.",
    insufficient_funds: "Votre carte ne dispose pas de fonds suffisants.",
    expired_card: "Votre carte est expirée.",
    incorrect_cvc: "Le code de sécurité de votre carte est incorrect.",
    incorrect_number: "Votre numéro de carte est incorrect.",
    processing_error: "Une erreur est survenue lors du traitement de votre carte. Réessayez.",
    test_mode_live_card: "Votre carte a été refusée\u202f: ce n’est pas une carte d’essai.",
    payment_intent_authentication_failure:
      "Votre banque n’a pas pu authentifier votre moyen de paiement. Choisissez-en un autre.",
    payment_intent_unexpected_state: "Une erreur de traitement est survenue.",
    reseau: "Nous ne parvenons pas à joindre le service de paiement. Réessayez.",
    banque: "Authentification de votre banque",
    question: "Votre banque vous demande d’autoriser ce paiement\u202f:",
    autoriser: "Autoriser",
    refuser: "Refuser",
  };

  class IntegrationError extends Error {
    constructor(message) {
      super(message);
      this.name = "IntegrationError";
    }
  }

  let feuilleEnCours = null;
  const feuille = () => {
    feuilleEnCours ??= fetch(`${ORIGINE}/v3/style.css`)
      .then((reponse) => reponse.text())
      .then((texte) => new CSSStyleSheet().replace(texte));
    return feuilleEnCours;
  };

  const balise = (nom, attributs = {}, ...enfants) => {
    const element = document.createElement(nom);
    for (const [cle, valeur] of Object.entries(attributs)) element.setAttribute(cle, valeur);
    element.append(...enfants);
    return element;
  };

  const chiffres = (texte) => texte.replace(/\D/g, "");
  const erreurDeSaisie = (code) => ({ type: "validation_error", code, message: TEXTES[code] });

  const marqueDe = (numero) => {
    if (/^3[47]/.test(numero)) return "amex";
    if (/^4/.test(numero)) return "visa";
    if (/^(5[1-5]|2[2-7])/.test(numero)) return "mastercard";
    return "unknown";
  };

  const cleJuste = (numero) => {
    let somme = 0;
    [...numero].reverse().forEach((chiffre, rang) => {
      const double = Number(chiffre) * (1 + (rang % 2));
      somme += double > 9 ? double - 9 : double;
    });
    return somme % 10 === 0;
  };

  // Each check returns the code of what is wrong, or "".
  const CONTROLES = {
    numero(valeur) {
      const numero = chiffres(valeur);
      if (numero.length < (marqueDe(numero) === "amex" ? 15 : 16)) return "incomplete_number";
      return cleJuste(numero) ? "" : "invalid_number";
    },
    echeance(valeur) {
      const saisie = chiffres(valeur);
      if (saisie.length < 4) return "incomplete_expiry";
      const mois = Number(saisie.slice(0, 2));
      const annee = 2000 + Number(saisie.slice(2, 4));
      const aujourdhui = new Date();
      if (mois < 1 || mois > 12) return "invalid_expiry_month";
      if (annee > aujourdhui.getFullYear() + 50) return "invalid_expiry_year";
      const rang = annee * 12 + mois - 1;
      const present = aujourdhui.getFullYear() * 12 + aujourdhui.getMonth();
      return rang < present ? "invalid_expiry_year_past" : "";
    },
    code(valeur, numero) {
      const longueur = marqueDe(chiffres(numero)) === "amex" ? 4 : 3;
      return chiffres(valeur).length < longueur ? "incomplete_cvc" : "";
    },
  };

  const presenter = {
    numero(valeur) {
      const numero = chiffres(valeur);
      if (marqueDe(numero) !== "amex") return numero.slice(0, 16).replace(/(.{4})(?=.)/g, "$1 ");
      return numero.slice(0, 15).replace(/^(.{4})(.{1,6})(.*)$/, "$1 $2 $3").trim();
    },
    echeance(valeur) {
      let saisie = chiffres(valeur);
      if (/^[2-9]/.test(saisie)) saisie = `0${saisie}`;
      saisie = saisie.slice(0, 4);
      return saisie.length > 2 ? `${saisie.slice(0, 2)} / ${saisie.slice(2)}` : saisie;
    },
    code: (valeur) => chiffres(valeur).slice(0, 4),
  };

  const CHAMPS = {
    numero: { autocomplete: "cc-number", placeholder: "1234 1234 1234 1234" },
    echeance: { autocomplete: "cc-exp", placeholder: "MM / AA" },
    code: { autocomplete: "cc-csc", placeholder: "CVC" },
  };

  class Emetteur {
    #ecouteurs = {};

    on(nom, ecouteur) {
      (this.#ecouteurs[nom] ??= []).push(ecouteur);
      return this;
    }

    off(nom, ecouteur) {
      this.#ecouteurs[nom] = (this.#ecouteurs[nom] ?? []).filter(
        (un) => ecouteur && un !== ecouteur,
      );
      return this;
    }

    once(nom, ecouteur) {
      const unique = (contenu) => {
        this.off(nom, unique);
        ecouteur(contenu);
      };
      return this.on(nom, unique);
    }

    emettre(nom, contenu) {
      for (const ecouteur of [...(this.#ecouteurs[nom] ?? [])]) ecouteur(contenu);
    }
  }

  // The card form. It lives in a shadow tree without field names, so that neither the page's
  // own form nor its styles can reach what is typed, as an iframe would ensure.
  class PaymentElement extends Emetteur {
    #hote = null;
    #entrees = {};

    mount(cible) {
      const parent = typeof cible === "string" ? document.querySelector(cible) : cible;
      if (!parent) {
        throw new IntegrationError(`The selector you specified (${cible}) applies to no element.`);
      }
      this.unmount();
      this.#hote = balise("div");
      const racine = this.#hote.attachShadow({ mode: "open" });
      racine.append(balise("div", { class: "champs" }, ...this.#creerChamps()));
      parent.replaceChildren(this.#hote);
      feuille().then(
        (styles) => {
          racine.adoptedStyleSheets = [styles];
          this.emettre("ready", { elementType: "payment" });
        },
        () => {
          const error = { type: "api_connection_error", message: TEXTES.reseau };
          this.emettre("loaderror", { elementType: "payment", error });
        },
      );
    }

    #creerChamps() {
      return Object.entries(CHAMPS).map(([nom, attributs]) => {
        const entree = balise("input", {
          id: nom,
          type: "text",
          inputmode: "numeric",
          "aria-describedby": `${nom}-erreur`,
          "aria-invalid": "false",
          "aria-required": "true",
          ...attributs,
        });
        entree.addEventListener("input", () => this.#saisir(nom));
        entree.addEventListener("blur", () => this.#quitter(nom));
        entree.addEventListener("focus", () => this.emettre("focus", { elementType: "payment" }));
        entree.addEventListener("keydown", (touche) => {
          if (touche.key === "Escape") this.emettre("escape", { elementType: "payment" });
        });
        this.#entrees[nom] = entree;
        return balise(
          "div",
          { class: `champ ${nom}` },
          balise("label", { for: nom }, TEXTES[nom]),
          entree,
          balise("p", { id: `${nom}-erreur`, class: "erreur" }),
        );
      });
    }

    #saisir(nom) {
      const entree = this.#entrees[nom];
      const aLaFin = entree.selectionStart === entree.value.length;
      const presentee = presenter[nom](entree.value);
      if (aLaFin) entree.value = presentee;
      this.#montrer(nom, "");
      const valeurs = Object.values(this.#entrees).map((une) => une.value);
      this.emettre("change", {
        elementType: "payment",
        empty: valeurs.every((valeur) => !valeur),
        complete: Object.keys(CHAMPS).every((un) => !this.#defaut(un)),
        collapsed: false,
        value: { type: "card" },
      });
    }

    #quitter(nom) {
      if (this.#entrees[nom].value) this.#montrer(nom, this.#defaut(nom));
      this.emettre("blur", { elementType: "payment" });
    }

    #defaut(nom) {
      return CONTROLES[nom](this.#entrees[nom].value, this.#entrees.numero.value);
    }

    #montrer(nom, code) {
      const entree = this.#entrees[nom];
      entree.setAttribute("aria-invalid", String(Boolean(code)));
      entree.getRootNode().getElementById(`${nom}-erreur`).textContent = code ? TEXTES[code] : "";
    }

    // Returns the first error and puts the focus there, or null when all is complete.
    valider() {
      const defauts = Object.keys(CHAMPS).map((nom) => [nom, this.#defaut(nom)]);
      for (const [nom, code] of defauts) this.#montrer(nom, code);
      const premier = defauts.find(([, code]) => code);
      if (!premier) return null;
      this.#entrees[premier[0]].focus();
      return erreurDeSaisie(premier[1]);
    }

    carte() {
      const echeance = chiffres(this.#entrees.echeance.value);
      return {
        number: chiffres(this.#entrees.numero.value),
        exp_month: echeance.slice(0, 2),
        exp_year: `20${echeance.slice(2, 4)}`,
        cvc: this.#entrees.code.value,
      };
    }

    get estMonte() {
      return Boolean(this.#hote?.isConnected);
    }

    unmount() {
      this.#hote?.remove();
      this.#hote = null;
    }

    destroy() {
      this.unmount();
    }

    update() {}

    focus() {
      this.#entrees.numero?.focus();
    }

    clear() {
      for (const [nom, entree] of Object.entries(this.#entrees)) {
        entree.value = "";
        this.#montrer(nom, "");
      }
    }
  }

  class Elements {
    #element = null;

    constructor(options) {
      if (!options.clientSecret) {
        throw new IntegrationError("elements() needs a clientSecret.");
      }
      this.clientSecret = options.clientSecret;
    }

    create(nom) {
      if (nom !== "payment") {
        throw new IntegrationError(`A valid Element name must be provided. You passed: ${nom}.`);
      }
      if (this.#element) {
        throw new IntegrationError("Can only create one Element of type payment.");
      }
      this.#element = new PaymentElement();
      return this.#element;
    }

    getElement(nom) {
      return nom === "payment" ? this.#element : null;
    }

    update() {}

    async fetchUpdates() {
      return {};
    }

    async submit() {
      if (!this.#element?.estMonte) {
        throw new IntegrationError("elements should have a mounted Payment Element.");
      }
      const error = this.#element.valider();
      return error ? { error } : { selectedPaymentMethod: "card" };
    }
  }

  const encoder = (donnees, prefixe = "", sortie = new URLSearchParams()) => {
    for (const [cle, valeur] of Object.entries(donnees)) {
      const nom = prefixe ? `${prefixe}[${cle}]` : cle;
      if (valeur !== null && typeof valeur === "object") encoder(valeur, nom, sortie);
      else if (valeur !== undefined) sortie.append(nom, String(valeur));
    }
    return sortie;
  };

  const traduire = (erreur) => {
    const texte = TEXTES[erreur.decline_code] ?? TEXTES[erreur.code];
    const defaut = erreur.type === "card_error" ? TEXTES.generic_decline : erreur.message;
    return { ...erreur, message: texte ?? defaut };
  };

  // The bank's question. Resolves to true when the payer authorises.
  const demanderALaBanque = (intention) =>
    new Promise((repondre) => {
      const montant = new Intl.NumberFormat("fr-FR").format(intention.amount);
      const unite = intention.currency === "xpf" ? "F CFP" : intention.currency.toUpperCase();
      const refuser = balise("button", { type: "button" }, TEXTES.refuser);
      const autoriser = balise("button", { type: "button", class: "principal" }, TEXTES.autoriser);
      const dialogue = balise(
        "dialog",
        { role: "dialog", "aria-modal": "true", "aria-labelledby": "titre" },
        balise("h2", { id: "titre" }, TEXTES.banque),
        balise("p", {}, `${TEXTES.question} ${montant}\u202f${unite}.`),
        balise("div", { class: "boutons" }, autoriser, refuser),
      );
      const hote = balise("div");
      const racine = hote.attachShadow({ mode: "open" });
      const precedent = document.activeElement;
      const finir = (acceptee) => {
        dialogue.close();
        hote.remove();
        precedent?.focus?.();
        repondre(acceptee);
      };
      autoriser.addEventListener("click", () => finir(true));
      refuser.addEventListener("click", () => finir(false));
      dialogue.addEventListener("cancel", (evenement) => {
        evenement.preventDefault();
        finir(false);
      });
      dialogue.addEventListener("keydown", (touche) => {
        if (touche.key !== "Tab") return;
        touche.preventDefault();
        (racine.activeElement === autoriser ? refuser : autoriser).focus();
      });
      racine.append(dialogue);
      document.body.append(hote);
      feuille().then((styles) => {
        racine.adoptedStyleSheets = [styles];
      });
      dialogue.showModal();
      autoriser.focus();
    });

  class Client {
    #cle;

    constructor(cle) {
      this.#cle = cle;
    }

    async #appeler(methode, chemin, donnees) {
      const parametres = encoder(donnees);
      const options = {
        method: methode,
        headers: { Authorization: `Bearer ${this.#cle}`, "Stripe-Version": VERSION },
        credentials: "omit",
      };
      let adresse = `${ORIGINE}/v1/${chemin}`;
      if (methode === "POST") options.body = parametres;
      else adresse += `?${parametres}`;
      let contenu;
      try {
        const reponse = await fetch(adresse, options);
        contenu = await reponse.json();
      } catch {
        return { error: { type: "api_connection_error", message: TEXTES.reseau } };
      }
      return contenu.error ? { error: traduire(contenu.error) } : { paymentIntent: contenu };
    }

    elements(options = {}) {
      return new Elements(options);
    }

    async retrievePaymentIntent(clientSecret) {
      const [identifiant] = clientSecret.split("_secret_");
      return this.#appeler("GET", `payment_intents/${identifiant}`, {
        client_secret: clientSecret,
      });
    }

    async confirmPayment(options) {
      const { elements, confirmParams = {}, redirect = "always" } = options;
      if (redirect === "always" && !confirmParams.return_url) {
        throw new IntegrationError(
          "stripe.confirmPayment(): the `confirmParams.return_url` parameter is required.",
        );
      }
      const soumission = await elements.submit();
      if (soumission.error) return soumission;
      const clientSecret = options.clientSecret ?? elements.clientSecret;
      const facturation = confirmParams.payment_method_data ?? {};
      const resultat = await this.#confirmer(clientSecret, confirmParams, {
        ...facturation,
        type: "card",
        card: elements.getElement("payment").carte(),
      });
      if (resultat.error || redirect !== "always") return resultat;
      return this.#rediriger(resultat.paymentIntent, confirmParams.return_url);
    }

    async #confirmer(clientSecret, confirmParams, moyen) {
      const [identifiant] = clientSecret.split("_secret_");
      const donnees = {
        client_secret: clientSecret,
        payment_method_data: moyen,
        return_url: confirmParams.return_url ?? window.location.href,
        receipt_email: confirmParams.receipt_email,
        use_stripe_sdk: true,
      };
      const resultat = await this.#appeler(
        "POST", `payment_intents/${identifiant}/confirm`, donnees,
      );
      return resultat.error ? resultat : this.#suivre(resultat.paymentIntent);
    }

    async handleNextAction({ clientSecret }) {
      const resultat = await this.retrievePaymentIntent(clientSecret);
      return resultat.error ? resultat : this.#suivre(resultat.paymentIntent);
    }

    // Carries an intent through its authentication, when it needs one.
    async #suivre(intention) {
      if (intention.next_action?.type !== "use_stripe_sdk") return { paymentIntent: intention };
      const acceptee = await demanderALaBanque(intention);
      const corps = encoder({
        secret: intention.client_secret,
        reponse: acceptee ? "autoriser" : "refuser",
      });
      try {
        await fetch(intention.next_action.use_stripe_sdk.stripe_js, { method: "POST", body: corps });
      } catch {
        return { error: { type: "api_connection_error", message: TEXTES.reseau } };
      }
      const resultat = await this.retrievePaymentIntent(intention.client_secret);
      const erreur = resultat.paymentIntent?.last_payment_error;
      if (resultat.error || !erreur) return resultat;
      return { error: { ...traduire(erreur), payment_intent: resultat.paymentIntent } };
    }

    // Leaves the page, as Stripe does: the promise never resolves.
    #rediriger(intention, retour) {
      const adresse = new URL(retour, window.location.href);
      adresse.searchParams.set("payment_intent", intention.id);
      adresse.searchParams.set("payment_intent_client_secret", intention.client_secret);
      adresse.searchParams.set("redirect_status", "succeeded");
      window.location.assign(adresse.href);
      return new Promise(() => {});
    }
  }

  window.Stripe = (cle) => {
    if (typeof cle !== "string" || !cle.startsWith("pk_")) {
      throw new IntegrationError("Please call Stripe() with your publishable key.");
    }
    return new Client(cle);
  };
  window.Stripe.version = VERSION;
})();
