// What the parts of one phone draw, and where their forms go.

import type { Owner, Phone } from "../stage/phone.ts";
import type { View } from "./view.ts";

/** One phone on the page. */
export interface PhoneView extends View {
  readonly owner: Owner;
  readonly phone: Phone;
}

/** Without a script a form's answer shows the place that the form is in. */
export const ACTIONS: Readonly<Record<Owner, string>> = {
  visitor: "/demo/visitor#visitor",
  manager: "/demo/manager#managers",
};
