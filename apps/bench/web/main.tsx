/** Where does the page begin? */
import { render } from "preact";
import { defineColours } from "./colours.ts";
import { Page } from "./page.tsx";

defineColours();

render(<Page />, document.querySelector("#page")!);
