// Teach a reader: corrections, what may change, start, pause and cancel, the loss, before and after, keep or discard.
import { Latest, type Progress } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { head } from "../../base/head";
import type { Fields } from "../../base/model";
import { empty, failure, running } from "../../base/states";
import { compare } from "../before_after/view";
import type { PersonalizeData, Plan, State } from "./data";
import { lossCurve } from "./losses";

export function personalize(context: Context, body: HTMLElement): void {
  const latest = new Latest();
  context.signal.addEventListener("abort", () => latest.cancel(), { once: true });
  context.eachData((current) => show(current, body, current.data<PersonalizeData>(), latest));
}

function show(context: Context, body: HTMLElement, data: PersonalizeData, latest: Latest): void {
  const state = el("div", {});
  const act = async (method: string, parameters: Fields = {}): Promise<void> => {
    try {
      await context.ask(method, parameters);
    } catch (error) {
      replace(state, failure(error));
    }
  };
  const back = data.version > 0 && context.live ? el("button", { type: "button", class: "bk-button bk-small", onclick: () => void act("rollback") }, "Roll back") : null;
  const top = head(data.title, [plural(data.corrections.length, "correction"), data.version ? `version ${data.version} in use` : "the reader as it came"], back);
  if (!data.plan) {
    replace(body, top, empty("There are no corrections yet.", "Correct an answer with reader.correct(...), or mark the right words in AskDocument."));
    return;
  }
  const curve = el("div", {});
  if (data.losses.length) replace(curve, lossCurve(data.losses));
  const start = context.live ? starter(context, data.plan, latest, state, curve) : el("p", { class: "bk-muted" }, "Run the notebook to teach the reader.");
  const result = data.report.groups.length ? el("div", { class: "bk-pane bk-result" }, ...outcome(context, data, act)) : null;
  const left = el("div", { class: "bk-pane" }, el("h3", {}, "What may change"), facts(data.plan), el("h3", {}, "Corrections"), list(context, data, act));
  const right = el("div", { class: "bk-pane" }, el("h3", {}, "Learn"), start, state, curve);
  replace(body, top, el("div", { class: "bk-panes bk-halves" }, left, right), result);
}

function facts(plan: Plan): HTMLElement {
  return el("dl", { class: "bk-plan" }, ...plan.facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function list(context: Context, data: PersonalizeData, act: (method: string, parameters: Fields) => Promise<void>): HTMLElement {
  const rows = data.corrections.map(([number, question, words, source]) => {
    const forget = context.live ? el("button", { type: "button", class: "bk-button bk-small", "aria-label": `Delete the correction of: ${question}`, onclick: () => void act("delete", { number }) }, "Delete") : null;
    return el("li", {}, el("span", { dir: "auto" }, question), el("mark", { dir: "auto", title: source }, words), forget);
  });
  return el("ul", { class: "bk-corrections bk-scroller", tabindex: 0, "aria-label": "Corrections" }, ...rows);
}

function starter(context: Context, plan: Plan, latest: Latest, state: HTMLElement, curve: HTMLElement): HTMLElement {
  const epochs = el("input", { type: "number", class: "bk-search bk-numeral", min: 1, max: plan.most_epochs, value: plan.epochs });
  const rate = el("input", { type: "number", class: "bk-search bk-numeral", min: 0, max: plan.highest_rate, step: "any", value: plan.rate });
  const begin = async (): Promise<void> => {
    let announced = 0;
    const wait = running("reading", () => {
      latest.cancel();
      button.disabled = false;
      replace(state, el("p", { class: "bk-muted" }, "Cancelled. Nothing is changed."));
    });
    const hold = el("button", { type: "button", class: "bk-button", onclick: () => void pause() }, "Pause");
    const pause = async (): Promise<void> => {
      const paused = hold.textContent === "Pause";
      await context.ask(paused ? "pause" : "resume");
      hold.textContent = paused ? "Resume" : "Pause";
      context.announce(paused ? "paused" : "going on");
    };
    wait.element.append(hold);
    replace(state, wait.element);
    replace(curve);
    button.disabled = true;
    const onProgress = (progress: Progress): void => {
      const now = progress.data as State | null;
      const left = now && now.left !== null ? `, about ${now.left} s left` : "";
      wait.update({ ...progress, note: `${progress.note}${left}:` });
      if (now?.losses.length) replace(curve, lossCurve(now.losses));
      const tenth = progress.total ? Math.floor((10 * progress.done) / progress.total) : 0;
      if (tenth !== announced) context.announce(`${progress.note} ${10 * (announced = tenth)} %`);
    };
    try {
      const answer = await latest.run((signal) => context.ask<State>("start", { epochs: Number(epochs.value), rate: rate.value }, { signal, onProgress }));
      if (answer) context.announce("learned: see before and after");
    } catch (error) {
      replace(state, failure(error));
    }
    button.disabled = false;
  };
  const button = el("button", { type: "button", class: "bk-button bk-button-main", onclick: () => void begin() }, "Start");
  return el("div", { class: "bk-row" }, button, el("label", { class: "bk-check" }, "epochs", epochs), el("label", { class: "bk-check" }, "learning rate", rate));
}

function outcome(context: Context, data: PersonalizeData, act: (method: string, parameters?: Fields) => Promise<void>): HTMLElement[] {
  const place = el("div", {});
  compare(context.inside("report"), place, context.inside("report").data());
  const buttons = [
    el("button", { type: "button", class: "bk-button bk-button-main", onclick: () => void act("keep", { force: data.report.forgets }) }, data.report.forgets ? "Keep although it forgets" : "Keep"),
    el("button", { type: "button", class: "bk-button", onclick: () => void act("discard") }, "Discard"),
  ];
  const decision = data.decided ? el("p", { role: "status" }, el("strong", {}, data.decided)) : context.live ? el("div", { class: "bk-row" }, ...buttons) : null;
  return [el("h3", {}, "Before and after"), place, ...(decision ? [decision] : [])];
}
