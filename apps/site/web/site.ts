/** What does every page do by itself? Little: the rest is loaded when it is asked for. */
import "./site.css";

const root = document.documentElement;
const siteRoot = root.dataset["root"] ?? "./";

const theme = document.querySelector<HTMLButtonElement>("button.theme")!;
theme.hidden = false;
theme.addEventListener("click", () => {
  const isDark =
    getComputedStyle(root).colorScheme === "dark" ||
    ((root.dataset["theme"] ?? "") === "" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset["theme"] = isDark ? "light" : "dark";
  try {
    localStorage.setItem("symloss-theme", root.dataset["theme"]);
  } catch {
    // Then it holds for this page alone.
  }
});

const search = document.querySelector<HTMLButtonElement>("button.search")!;
search.hidden = false;
const openSearch = async (): Promise<void> => (await import("./search-box.ts")).openSearchBox(siteRoot);
search.addEventListener("click", () => void openSearch());
addEventListener("keydown", (event) => {
  const isTyping = (event.target as Element).closest("input, textarea, select") !== null;
  const isAsked = (event.key === "/" && !isTyping) || (event.key === "k" && (event.ctrlKey || event.metaKey));
  if (!isAsked) return;
  event.preventDefault();
  void openSearch();
});

// Where the menu is long, what is open stands in sight.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest" });

for (const block of document.querySelectorAll("figure.code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(block.querySelector("code")!.textContent).then(() => {
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
  });
  block.append(button);
}

const filter = document.querySelector<HTMLElement>(".filter");
if (filter !== null) void import("./filter.ts").then(({ startFilter }) => startFilter(filter));

const live = document.querySelector<HTMLElement>("[data-live]");
if (live !== null) {
  // After the page was drawn. Not when it is idle: Chromium 156 may never say so of a page in which nothing moves.
  requestAnimationFrame(() => setTimeout(() => void import("./live.ts").then(({ startLive }) => startLive(live))));
}
