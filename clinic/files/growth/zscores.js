// How a child's weight and height stand among healthy children of the same age and sex. Pure.
// https://www.who.int/publications/i/item/924154693X, Permenkes 2/2020
import { say } from "../words.js";

const MONTH_DAYS = 30.4375;

export const OLDEST = 60; // months

export function monthsBetween(birthDate, at) {
  return (Date.parse(at) - Date.parse(birthDate)) / 86400000 / MONTH_DAYS;
}

// [L, M, S] at an age in months, between those of the months around it; null beyond the standards.
export function parameters(rows, months) {
  if (!(months >= 0 && months <= OLDEST)) return null;
  const below = Math.min(Math.floor(months), OLDEST - 1);
  return rows[below].map((value, part) => value + (rows[below + 1][part] - value) * (months - below));
}

export function zscore([l, m, s], value) {
  return l === 0 ? Math.log(value / m) / s : ((value / m) ** l - 1) / (l * s);
}

export function valueAt([l, m, s], z) {
  return l === 0 ? m * Math.exp(s * z) : m * (1 + l * s * z) ** (1 / l);
}

const WORDS = {
  weight: [
    [-3, "Berat badan sangat kurang", "Severely underweight"],
    [-2, "Berat badan kurang", "Underweight"],
    [1, "Berat badan normal", "Normal weight"],
    [Infinity, "Risiko berat badan lebih", "Risk of overweight"],
  ],
  height: [
    [-3, "Sangat pendek", "Severely stunted"],
    [-2, "Pendek", "Stunted"],
    [3, "Tinggi badan normal", "Normal height"],
    [Infinity, "Tinggi", "Tall"],
  ],
};

export function judged(kind, z) {
  const [, ...words] = WORDS[kind].find(([bound]) => (bound < 0 ? z < bound : z <= bound));
  return say(...words);
}
