// The frame that every widget has: root element, theme, keys, status line, live region. Views draw inside.
import { Channel, type Connection } from "./channel";
import { Context, type View } from "./context";
import { el } from "./dom";
import { Keys } from "./keys";
import type { Model } from "./model";
import { RecordedModel } from "./recorded";
import { Selection } from "./selection";
import { failure } from "./states";
import { watchTheme } from "./theme";

const CONNECTION: { [connection in Connection]: string } = {
  live: "",
  waiting: "waiting: the kernel is busy or not connected",
  static: "static: kernel not connected",
};

// Without this attribute JupyterLab and Notebook take "b", "x" and the arrows for commands to cells. The root alone does
// not do: their bindings match ":focus" at the focused element, before they look at what is around it.
const NO_SHORTCUTS = "data-lm-suppress-shortcuts";

function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  root.addEventListener("focusin", ({ target }) => (target as Element).setAttribute(NO_SHORTCUTS, "true"), { signal });
}

// In JupyterLab Enter in a field does not submit its form, as it does everywhere else.
function submitOnEnter(root: HTMLElement, signal: AbortSignal): void {
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    if (!(event.target instanceof HTMLInputElement) || !event.target.form) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  };
  root.addEventListener("keydown", pressed, { signal });
}

export function mount(view: View, model: Model, place: HTMLElement, signal: AbortSignal): void {
  const root = el("div", { class: "bk-root", [NO_SHORTCUTS]: "true" });
  place.append(root);
  keepKeys(root, signal);
  submitOnEnter(root, signal);
  watchTheme(root, signal);
  const body = el("div", { class: "bk-body" });
  const live = el("div", { class: "bk-hidden", "aria-live": "polite", role: "status" });
  const status = el("span", { class: "bk-connection" });
  const keys = new Keys(root, signal);
  const help = el(
    "button",
    { type: "button", class: "bk-help", title: "Keys (?)", "aria-label": "Keys of this view", onclick: () => keys.show() },
    "?",
  );
  root.append(body, el("div", { class: "bk-foot" }, status, help), live);
  const channel = new Channel(model, signal);
  const connect = (connection: Connection): void => {
    status.textContent = CONNECTION[connection];
    root.dataset["bkConnection"] = connection;
  };
  channel.onConnection = connect;
  connect("live");
  if (model instanceof RecordedModel) {
    root.dataset["bkConnection"] = "static";
    const missing = model.recorded.left_out;
    status.textContent = missing ? `recorded; ${missing} details were left out for size` : "";
  }
  const announce = (text: string): void => void (live.textContent = text);
  try {
    const selection = new Selection(model, signal);
    view(new Context({ model, channel, selection, keys, announce, signal }), body);
  } catch (error) {
    body.replaceChildren(failure(error));
    console.error(error);
  }
}
