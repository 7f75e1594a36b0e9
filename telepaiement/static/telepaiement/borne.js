// Kiosk: without use the page is warned about, then left for the first one, which forgets everything.
// While a card is being charged nothing is left: the payment page says so with aria-busy.
(function () {
  "use strict";

  const borne = document.getElementById("borne");
  const preavis = document.getElementById("borne-preavis");
  if (!borne || !preavis) return;
  const delai = Number(borne.dataset.delai) * 1000;
  const avance = Number(borne.dataset.preavis) * 1000;
  let dernier = Date.now();

  function noter() {
    dernier = Date.now();
    preavis.hidden = true;
  }

  function surveiller() {
    if (document.querySelector("[aria-busy=true]")) return noter();
    const repos = Date.now() - dernier;
    if (repos >= delai) return window.location.replace(borne.dataset.depart);
    preavis.hidden = repos < delai - avance;
  }

  // « activite » comes from the card form: what is typed in the frame of the gateway is not seen here.
  ["pointerdown", "keydown", "input", "scroll", "touchstart", "activite"].forEach(function (nom) {
    document.addEventListener(nom, noter, { passive: true });
  });
  window.addEventListener("pageshow", function (evenement) {
    if (evenement.persisted) window.location.reload();
  });
  window.setInterval(surveiller, 1000);
})();
