// Bahasa Indonesia first, English for who asks for it.
const KEY = "clinic.language";

export const language = localStorage.getItem(KEY) === "en" ? "en" : "id";

document.documentElement.lang = language;

export function say(indonesian, english) {
  return language === "en" ? english : indonesian;
}

export function switchLanguage() {
  localStorage.setItem(KEY, language === "en" ? "id" : "en");
  location.reload();
}
