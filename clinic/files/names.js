// Short names of measurements, where a record holds the long ones of LOINC alone. https://loinc.org
import { textOf } from "./describe.js";
import { language } from "./words.js";

const NAMES = {
  "8480-6": ["Sistolik", "Systolic"],
  "8462-4": ["Diastolik", "Diastolic"],
  "85354-9": ["Tekanan darah", "Blood pressure"],
  "8867-4": ["Nadi", "Heart rate"],
  "9279-1": ["Laju napas", "Respiratory rate"],
  "8310-5": ["Suhu", "Temperature"],
  "2708-6": ["SpO₂", "SpO₂"],
  "59408-5": ["SpO₂", "SpO₂"],
  "29463-7": ["Berat badan", "Weight"],
  "8302-2": ["Tinggi badan", "Height"],
  "72514-3": ["Skala nyeri", "Pain score"],
  "11881-0": ["Tinggi fundus", "Fundal height"],
  "55283-6": ["Denyut jantung janin", "Fetal heart rate"],
  "9269-2": ["GCS", "GCS"],
  "718-7": ["Hemoglobin", "Haemoglobin"],
  "4544-3": ["Hematokrit", "Haematocrit"],
  "6690-2": ["Leukosit", "Leukocytes"],
  "26515-7": ["Trombosit", "Platelets"],
  "1558-6": ["Glukosa puasa", "Fasting glucose"],
  "2345-7": ["Glukosa sewaktu", "Random glucose"],
  "4548-4": ["HbA1c", "HbA1c"],
  "2093-3": ["Kolesterol total", "Total cholesterol"],
  "2085-9": ["HDL", "HDL"],
  "13457-7": ["LDL", "LDL"],
  "2571-8": ["Trigliserida", "Triglycerides"],
  "2160-0": ["Kreatinin", "Creatinine"],
  "22664-7": ["Ureum", "Urea"],
  "2951-2": ["Natrium", "Sodium"],
  "2823-3": ["Kalium", "Potassium"],
  "3084-1": ["Asam urat", "Uric acid"],
  "1920-8": ["SGOT (AST)", "AST"],
  "1742-6": ["SGPT (ALT)", "ALT"],
  "75377-2": ["NS1 dengue", "Dengue NS1"],
  "11545-1": ["BTA", "Acid-fast bacilli"],
  "57743-7": ["Golongan darah ABO", "ABO group"],
  "68961-2": ["Anti-HIV 1", "HIV 1 antibody"],
  "75410-1": ["HBsAg", "HBsAg"],
  "14904-7": ["VDRL", "VDRL"],
  "5804-0": ["Protein urine", "Urine protein"],
  "5821-4": ["Leukosit urine", "Urine leukocytes"],
};

const ANSWERS = {
  "LA6576-8": ["Positif", "Positive"],
  "LA6577-6": ["Negatif", "Negative"],
  "LA11884-6": ["Tidak dapat disimpulkan", "Indeterminate"],
  "LA19710-5": ["A", "A"],
  "LA19709-7": ["B", "B"],
  "LA19708-9": ["O", "O"],
  "LA28449-9": ["AB", "AB"],
};

export function codeOf(concept) {
  return concept?.coding?.find((one) => one.code)?.code ?? textOf(concept);
}

export function measured(concept) {
  return concept?.text || short(concept, NAMES) || textOf(concept);
}

export function answered(concept) {
  return concept?.text || short(concept, ANSWERS) || textOf(concept);
}

function short(concept, names) {
  return (concept?.coding ?? []).map((one) => names[one.code]?.[language === "en" ? 1 : 0]).find(Boolean);
}
