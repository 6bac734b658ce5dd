// The views by the `kind` of their panel in Python.
import type { View } from "../base/context";
import { modelMap } from "./model_map/view";

export const views: { [kind: string]: View } = {
  model_map: modelMap,
};
