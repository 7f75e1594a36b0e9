"use strict";
/* Comfort only: every screen works without this file. */

const signalerErreurs = (racine) => {
  const resume = racine.querySelector(".resume-erreurs");
  if (resume) resume.focus();
};

/* Tell a lost connection; what was typed stays in the page. */
const bandeau = document.getElementById("bandeau-reseau");
const montrerBandeau = (coupe) => {
  bandeau.hidden = !coupe;
};

/* A second click must not send the same form twice; a page restored from history may send again. */
let formulairesPartis = new WeakSet();
document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target;
  if (formulairesPartis.has(formulaire)) evenement.preventDefault();
  else if (formulaire.method === "post" && !formulaire.hasAttribute("hx-post")) {
    formulairesPartis.add(formulaire);
    setTimeout(() => formulairesPartis.delete(formulaire), 8000);
  }
});
addEventListener("pageshow", () => {
  formulairesPartis = new WeakSet();
});

/* Leaving a form marked data-garder after typing asks first. */
let saisieEnCours = false;
document.addEventListener("input", (evenement) => {
  if (evenement.target.closest("form[data-garder]")) saisieEnCours = true;
});
document.addEventListener("submit", () => {
  saisieEnCours = false;
});
addEventListener("beforeunload", (evenement) => {
  if (saisieEnCours) evenement.preventDefault();
});

/* Keys of a work list, heard only while the focus is inside its table (WCAG 2.1.4). */
const lignesDe = (tableau) => [...tableau.tBodies[0].rows];
document.addEventListener("keydown", (evenement) => {
  const tableau = evenement.target.closest("table[data-clavier]");
  if (!tableau || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  const ligne = evenement.target.closest("tbody tr");
  const rang = lignesDe(tableau).indexOf(ligne);
  const pas = { j: 1, k: -1 }[evenement.key];
  if (pas) lignesDe(tableau)[rang + pas]?.querySelector("a").focus();
  else if (evenement.key === "x") ligne?.querySelector("input[type=checkbox]").click();
  else return;
  evenement.preventDefault();
});

document.addEventListener("click", (evenement) => {
  if (evenement.target.closest("[data-imprimer]")) print();
});
addEventListener("offline", () => montrerBandeau(true));
addEventListener("online", () => montrerBandeau(false));
document.addEventListener("htmx:sendError", () => montrerBandeau(true));
document.addEventListener("htmx:afterOnLoad", () => montrerBandeau(false));
document.addEventListener("htmx:afterSwap", (evenement) => signalerErreurs(evenement.target));
signalerErreurs(document);
