// What is not all there says so: nobody takes the newest for everything.
import { make } from "./element.js";
import { say } from "./words.js";

export function partial(...pages) {
  return pages
    .filter((page) => page.next)
    .map((page) =>
      make(
        "p",
        { class: "note" },
        say(
          `Hanya ${page.rows.length} catatan terbaru yang ditampilkan.`,
          `Only the newest ${page.rows.length} entries are shown.`,
        ),
      ),
    );
}
