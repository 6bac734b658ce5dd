// The views by the `kind` of their panel in Python.
import type { View } from "../base/context";
import { answerSpan } from "./answer_span/view";
import { askDocument } from "./ask_document/view";
import { attentionView } from "./attention_view/view";
import { beforeAfter } from "./before_after/view";
import { costMap } from "./cost_map/view";
import { drawPad } from "./draw_pad/view";
import { modelInspector } from "./model_inspector/view";
import { modelMap } from "./model_map/view";
import { modelPair } from "./model_pair/view";
import { parity } from "./parity/view";
import { personalize } from "./personalize/view";
import { tokenizerView } from "./tokenizer_view/view";
import { workbench } from "./workbench/view";

export const views: { [kind: string]: View } = {
  answer_span: answerSpan,
  ask_document: askDocument,
  attention_view: attentionView,
  before_after: beforeAfter,
  cost_map: costMap,
  draw_pad: drawPad,
  model_inspector: modelInspector,
  model_map: modelMap,
  model_pair: modelPair,
  parity,
  personalize: personalize,
  tokenizer_view: tokenizerView,
  workbench,
};
