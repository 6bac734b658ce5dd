// The views by the `kind` of their panel in Python.
import type { View } from "../base/context";
import { answerSpan } from "./answer_span/view";
import { askDocument } from "./ask_document/view";
import { attentionView } from "./attention_view/view";
import { modelInspector } from "./model_inspector/view";
import { modelMap } from "./model_map/view";
import { modelPair } from "./model_pair/view";

export const views: { [kind: string]: View } = {
  answer_span: answerSpan,
  ask_document: askDocument,
  attention_view: attentionView,
  model_inspector: modelInspector,
  model_map: modelMap,
  model_pair: modelPair,
};
