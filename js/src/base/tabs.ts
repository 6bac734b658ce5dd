// ARIA tabs; a panel's content is made when it is first shown.
import { el, uniqueId } from "./dom";
import { Roving } from "./roving";

export interface Tab {
  name: string;
  title: string;
  // In a quieter tone after the title, for example a count.
  detail?: string;
  fill: (panel: HTMLElement) => void;
}

export class Tabs {
  readonly element: HTMLElement;
  private readonly tabs: Tab[];
  private readonly buttons: HTMLButtonElement[];
  private readonly panels: HTMLElement[];
  private readonly roving: Roving;
  private readonly onShow: (name: string) => void;

  constructor(label: string, tabs: Tab[], onShow: (name: string) => void, signal: AbortSignal) {
    this.tabs = tabs;
    this.onShow = onShow;
    this.panels = tabs.map(() => el("div", { role: "tabpanel", class: "bk-tabpanel", tabindex: 0, id: uniqueId(), hidden: true }));
    this.buttons = tabs.map((tab, at) => this.button(tab, this.panels[at] as HTMLElement));
    const list = el("div", { role: "tablist", class: "bk-tablist", "aria-label": label }, ...this.buttons);
    this.roving = new Roving(list, {
      items: () => this.buttons,
      orientation: "horizontal",
      onFocus: (item) => this.choose(this.buttons.indexOf(item as HTMLButtonElement)),
      signal,
    });
    this.element = el("div", { class: "bk-tabs" }, list, ...this.panels);
  }

  // Shows a tab by name, the first one for an unknown name. Does not call back.
  show(name: string): void {
    const wanted = Math.max(0, this.tabs.findIndex((tab) => tab.name === name));
    this.roving.current(this.buttons[wanted]);
    this.tabs.forEach((tab, at) => {
      const panel = this.panels[at] as HTMLElement;
      this.buttons[at]?.setAttribute("aria-selected", String(at === wanted));
      panel.hidden = at !== wanted;
      if (at === wanted && !panel.hasChildNodes()) tab.fill(panel);
    });
  }

  private button(tab: Tab, panel: HTMLElement): HTMLButtonElement {
    const button = el(
      "button",
      { type: "button", role: "tab", id: uniqueId(), "aria-controls": panel.id, onclick: () => this.choose(this.tabs.indexOf(tab)) },
      tab.title,
      tab.detail ? el("span", { class: "bk-muted" }, ` ${tab.detail}`) : null,
    );
    panel.setAttribute("aria-labelledby", button.id);
    return button;
  }

  private choose(at: number): void {
    const tab = this.tabs[at];
    if (!tab) return;
    this.show(tab.name);
    this.onShow(tab.name);
  }
}
