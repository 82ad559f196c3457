"""The sentences of the validator, in English and Bahasa Indonesia. https://hl7.org/fhir/R4/valueset-issue-type.html"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from resources.issues import Text
from resources.validation.scope import Problem


def shown(value: Any) -> str:
    """A value short enough to stand in a sentence, with nothing that could break a log line."""
    try:
        whole = str(value)
    except (RecursionError, ValueError):  # nested too deeply, or an integer of too many digits
        return "'…'"
    text = "".join(character if character.isprintable() else "·" for character in whole[:60])
    return f"'{text}…'" if len(whole) > 60 else f"'{text}'"


def _listed(names: Iterable[str], limit: int = 12) -> str:
    words = sorted(names)
    return ", ".join(words[:limit]) + (", …" if len(words) > limit else "")


def unknown_element(name: str) -> Problem:
    return "structure", Text(f"Unknown element {shown(name)}", f"Elemen {shown(name)} tidak dikenal")


def unknown_type(name: Any) -> Problem:
    return "structure", Text(
        f"resourceType {shown(name)} is not a resource type of FHIR R4",
        f"resourceType {shown(name)} bukan tipe resource FHIR R4",
    )


def other_type(found: Any, expected: str) -> Problem:
    return "structure", Text(
        f"resourceType is {shown(found)}, expected {expected}",
        f"resourceType adalah {shown(found)}, seharusnya {expected}",
    )


def required(name: str) -> Problem:
    return "required", Text(f"Element '{name}' is required", f"Elemen '{name}' wajib diisi")


def too_many(limit: int) -> Problem:
    return "structure", Text(f"At most {limit} are allowed", f"Paling banyak {limit}")


def too_few(limit: int) -> Problem:
    return "required", Text(f"At least {limit} are required", f"Paling sedikit {limit}")


def not_fixed(value: Any, expected: Any) -> Problem:
    return "value", Text(
        f"The profile asks for {shown(expected)}, found {shown(value)}",
        f"Profil meminta {shown(expected)}, ditemukan {shown(value)}",
    )


def wrong_choice(found: str, allowed: Iterable[str]) -> Problem:
    return "structure", Text(
        f"The profile allows {_listed(allowed)}, not {found}",
        f"Profil memperbolehkan {_listed(allowed)}, bukan {found}",
    )


def in_no_slice(names: Iterable[str]) -> Problem:
    return "structure", Text(
        f"Is none of {_listed(names)}, and the profile allows nothing else",
        f"Bukan salah satu dari {_listed(names)}, dan profil tidak memperbolehkan yang lain",
    )


def several_choices(name: str, found: Iterable[str]) -> Problem:
    return "structure", Text(
        f"Only one of {name}[x] is allowed, found {_listed(found)}",
        f"Hanya satu dari {name}[x] yang boleh diisi, ditemukan {_listed(found)}",
    )


def not_an_object() -> Problem:
    return "structure", Text("Must be a JSON object", "Harus berupa objek JSON")


def not_an_array() -> Problem:
    return "structure", Text("Must be a JSON array", "Harus berupa array JSON")


def not_a_list() -> Problem:
    return "structure", Text("Must be a single value, not an array", "Harus satu nilai, bukan array")


def not_a(kind: str, indonesian: str) -> Problem:
    return "structure", Text(f"Must be a JSON {kind}", f"Harus berupa {indonesian} JSON")


def null() -> Problem:
    return "structure", Text(
        "null is allowed only in an array of primitives, where the other array has an extension",
        "null hanya boleh dalam array primitif yang pasangannya memiliki ekstensi",
    )


def unpaired(name: str) -> Problem:
    return "structure", Text(
        f"'{name}' and '_{name}' must be arrays of the same length",
        f"'{name}' dan '_{name}' harus array yang sama panjang",
    )


def empty() -> Problem:
    return "structure", Text("Must not be empty: leave it out instead", "Tidak boleh kosong: hilangkan saja elemen ini")


def more_problems(told: int) -> Problem:
    return "too-costly", Text(
        f"There are more problems than these {told}: mend these first",
        f"Masih ada masalah lain selain {told} ini: perbaiki dahulu yang ini",
    )


def too_deep() -> Problem:
    return "too-costly", Text("Nested too deeply", "Bersarang terlalu dalam")


def too_long(limit: int) -> Problem:
    return "too-long", Text(f"Longer than {limit} characters", f"Lebih panjang dari {limit} karakter")


def control_character() -> Problem:
    return "value", Text("Control characters are not allowed", "Karakter kontrol tidak diperbolehkan")


def bad_syntax(kind: str, value: Any, form: Text) -> Problem:
    return "value", Text(
        f"{shown(value)} is not a valid {kind}: {form.en}", f"{shown(value)} bukan {kind} yang sah: {form.id}"
    )


def not_in_value_set(value: Any, url: str, codes: Iterable[str]) -> Problem:
    name = url.rpartition("/")[2]
    return "code-invalid", Text(
        f"{shown(value)} is not in the required value set {name}: {_listed(codes)}",
        f"{shown(value)} tidak ada dalam value set wajib {name}: {_listed(codes)}",
    )


def bad_reference(value: Any) -> Problem:
    return "value", Text(
        f"{shown(value)} is not a reference: Type/id, an absolute URL, urn:uuid:…, or #id of a contained resource",
        f"{shown(value)} bukan referensi: Tipe/id, URL lengkap, urn:uuid:…, atau #id dari contained resource",
    )


def wrong_target(found: str, allowed: Iterable[str]) -> Problem:
    return "structure", Text(
        f"Must not refer to {found}: allowed are {_listed(allowed)}",
        f"Tidak boleh merujuk ke {found}: yang diperbolehkan {_listed(allowed)}",
    )


def contradicting_type(declared: str, found: str) -> Problem:
    return "value", Text(
        f"Reference.type says {shown(declared)}, the reference {shown(found)}",
        f"Reference.type menyebut {shown(declared)}, referensinya {shown(found)}",
    )


def narrative(reason: Text) -> Problem:
    return "invariant", Text(f"txt-1: narrative: {reason.en}", f"txt-1: narasi: {reason.id}")


def broken_invariant(key: str, human: str, expression: str) -> Problem:
    indonesian = INVARIANTS.get(key, f"aturan FHIR tidak dipenuhi: {expression}")
    return "invariant", Text(f"{key}: {human}", f"{key}: {indonesian}")


def unknown_profile(url: str, known: Iterable[str]) -> Problem:
    return "not-found", Text(
        f"Profile {shown(url)} is not known here; known are the R4 types and {_listed(known, 60)}",
        f"Profil {shown(url)} tidak dikenal di sini; yang dikenal tipe-tipe R4 dan {_listed(known, 60)}",
    )


def business_rule(en: str, indonesian: str) -> Problem:
    return "business-rule", Text(en, indonesian)


INVARIANTS = {
    "age-1": "usia harus memakai satuan UCUM dan bernilai positif",
    "ait-1": "clinicalStatus wajib ada kecuali verificationStatus 'entered-in-error'",
    "ait-2": "clinicalStatus tidak boleh ada bila verificationStatus 'entered-in-error'",
    "app-1": "type atau actor wajib diisi",
    "app-2": "start dan end harus keduanya diisi atau keduanya kosong",
    "app-3": "start dan end hanya boleh kosong untuk janji temu proposed, cancelled, atau waitlist",
    "app-4": "cancelationReason hanya untuk janji temu cancelled atau no-show",
    "apr-1": "participantType atau actor wajib diisi",
    "att-1": "bila ada data, contentType wajib diisi",
    "bdl-1": "total hanya untuk searchset atau history",
    "bdl-2": "entry.search hanya untuk searchset",
    "bdl-3": "entry.request wajib untuk batch, transaction, dan history, selain itu tidak boleh ada",
    "bdl-4": "entry.response wajib untuk batch-response, transaction-response, dan history, selain itu tidak boleh ada",
    "bdl-5": "entry harus berisi resource, request, atau response",
    "bdl-7": "fullUrl harus unik dalam Bundle",
    "bdl-8": "fullUrl tidak boleh mengarah ke versi tertentu",
    "bdl-9": "dokumen wajib memiliki identifier dengan system dan value",
    "bdl-10": "dokumen wajib memiliki timestamp",
    "bdl-11": "resource pertama dokumen harus Composition",
    "bdl-12": "resource pertama pesan harus MessageHeader",
    "cmp-1": "section harus berisi text, entry, atau section",
    "cmp-2": "emptyReason hanya bila entry kosong",
    "con-1": "stage harus memiliki summary atau assessment",
    "con-2": "evidence harus memiliki code atau detail",
    "con-3": "clinicalStatus sebaiknya ada untuk daftar masalah",
    "con-4": "bila sudah mereda, clinicalStatus harus inactive, resolved, atau remission",
    "con-5": "clinicalStatus tidak boleh ada bila verificationStatus 'entered-in-error'",
    "cpl-3": "isi detail atau reference, tidak keduanya",
    "cpt-2": "bila ada value, system wajib diisi",
    "dom-2": "contained resource tidak boleh berisi contained resource lagi",
    "dom-3": "contained resource harus dirujuk dari dalam resource yang memuatnya",
    "dom-4": "contained resource tidak boleh memiliki meta.versionId atau meta.lastUpdated",
    "dom-5": "contained resource tidak boleh memiliki meta.security",
    "dom-6": "resource sebaiknya memiliki narasi (text.div)",
    "drt-1": "durasi harus memiliki nilai dan satuan UCUM",
    "ext-1": "ekstensi harus berisi value[x] atau ekstensi lain, tidak keduanya",
    "fhs-1": "isi age atau born, tidak keduanya",
    "fhs-2": "estimatedAge hanya bila ada age",
    "gol-1": "bila ada detail, measure wajib diisi",
    "imm-1": "education harus memiliki documentType atau reference",
    "inv-1": "aturan inv-1 FHIR tidak dipenuhi",
    "lst-1": "emptyReason hanya bila entry kosong",
    "lst-2": "deleted hanya untuk mode changes",
    "lst-3": "entry.date hanya untuk mode working",
    "mad-1": "dosis harus memiliki dose atau rate",
    "mdd-1": "whenHandedOver tidak boleh sebelum whenPrepared",
    "nor-1": "order gizi sebaiknya berisi oralDiet, supplement, atau enteralFormula",
    "obs-3": "nilai rujukan harus memiliki low, high, atau text",
    "obs-6": "dataAbsentReason hanya bila value[x] kosong",
    "obs-7": "bila code sama dengan component.code, value[x] harus kosong",
    "org-1": "organisasi harus memiliki name atau identifier",
    "org-2": "alamat organisasi tidak boleh 'home'",
    "org-3": "telekomunikasi organisasi tidak boleh 'home'",
    "pat-1": "kontak harus memiliki nama, telepon, alamat, atau organisasi",
    "per-1": "start tidak boleh setelah end",
    "ppc-1": "policy atau policyRule wajib diisi",
    "prr-1": "orderDetail hanya bila ada code",
    "qrs-1": "isi answer atau item, tidak keduanya",
    "qty-3": "bila ada code satuan, system wajib diisi",
    "que-2": "linkId harus unik dalam Questionnaire",
    "rat-1": "numerator dan denominator harus keduanya ada, atau ada ekstensi",
    "ref-1": "referensi '#…' harus menunjuk ke contained resource yang ada",
    "rng-2": "low tidak boleh lebih besar dari high",
    "vs-1": "effective harus paling sedikit tepat sampai hari",
    "vs-2": "tanpa component atau hasMember, value[x] atau dataAbsentReason wajib diisi",
    "vs-3": "component harus memiliki value[x] atau dataAbsentReason",
    "sqty-1": "comparator tidak boleh dipakai di sini",
    "tim-1": "bila ada duration, durationUnit wajib diisi",
    "tim-2": "bila ada period, periodUnit wajib diisi",
    "tim-4": "duration tidak boleh negatif",
    "tim-5": "period tidak boleh negatif",
    "tim-6": "periodMax hanya bila ada period",
    "tim-7": "durationMax hanya bila ada duration",
    "tim-8": "countMax hanya bila ada count",
    "tim-9": "offset hanya bila ada when selain C, CM, CD, CV",
    "tim-10": "isi timeOfDay atau when, tidak keduanya",
}
