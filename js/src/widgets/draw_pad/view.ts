// A pad that guesses which emoji is drawn, and is taught new ones by three drawings.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { Head } from "../../base/head";
import type { PadData } from "./data";
import { Guesses } from "./guesses";
import { Pad } from "./pad";
import { Teach } from "./teach";
import { Tray } from "./tray";

export function drawPad(context: Context, body: HTMLElement): void {
  const data = context.data<PadData>();
  const top = new Head();
  const guesses = new Guesses(context);
  const pad = new Pad(context, data.side, () => {
    guesses.ask([...pad.strokes]);
    teach?.follow();
  });
  const teach = context.live ? new Teach(context, pad, data.side) : undefined;
  const tray = new Tray(context, ({ strokes }) => pad.show(strokes));
  const part = (title: string, ...content: (HTMLElement | undefined)[]): HTMLElement => el("section", { "aria-label": title }, el("h3", {}, title), ...content);
  const left = el("div", { class: "bk-pane" }, pad.element);
  const right = el("div", { class: "bk-pane bk-pad-side" }, part("Guesses", guesses.element), teach ? part("Teach", teach.element) : "", part("Taught", tray.element));
  replace(body, top.element, el("div", { class: "bk-panes bk-pad-panes" }, left, right));
  let sketch: number | undefined;
  context.eachData((current) => {
    const now = current.data<PadData>();
    top.say(data.title, [`${now.known} emoji known`, `${plural(now.examples.length, "drawing")} taught`]);
    tray.show(now);
    if (sketch === now.sketch) return guesses.ask([...pad.strokes]); // what was drawn here stays; what was learned may tell otherwise
    sketch = now.sketch;
    pad.load(now.strokes);
    teach?.follow();
    guesses.show(now.guesses);
  });
}
