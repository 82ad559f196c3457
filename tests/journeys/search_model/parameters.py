"""The search parameters that the model knows, typed in by hand. https://hl7.org/fhir/R4/searchparameter-registry.html

A line: code, kind, paths. A path: `telecom[system=phone]` keeps what has this, `subject{Patient}` what refers to this
type, `:Type` tells the data type of what is reached. After `->` the types that a reference may have; a composite has
the paths of its parts after `&`, relative to its own paths (`.` is the resource).
"""

from __future__ import annotations

PEOPLE = """
name string name:HumanName
family string name.family
given string name.given
phonetic string name:HumanName
gender token gender:code
telecom token telecom:ContactPoint
phone token telecom[system=phone]:ContactPoint
email token telecom[system=email]:ContactPoint
active token active
identifier token identifier:Identifier
"""
PLACES = """
address string address:Address
address-city string address.city
address-country string address.country
address-postalcode string address.postalCode
address-state string address.state
address-use token address.use:code
"""
ABOUT_PATIENTS = """
identifier token identifier:Identifier
patient reference subject{Patient}:Reference -> Patient
"""
EVERY = """
_id token id
_lastUpdated date meta.lastUpdated
_profile uri meta.profile:canonical
_security token meta.security:Coding
_source uri meta.source
_tag token meta.tag:Coding
"""

TABLES = {
    "Patient": f"""{PEOPLE}{PLACES}
birthdate date birthDate
death-date date deceasedDateTime
deceased token !deceased
general-practitioner reference generalPractitioner:Reference -> Practitioner,Organization,PractitionerRole
language token communication.language:CodeableConcept
link reference link.other:Reference -> Patient,RelatedPerson
organization reference managingOrganization:Reference -> Organization
""",
    "Practitioner": f"""{PEOPLE}{PLACES}
communication token communication:CodeableConcept
""",
    "Organization": f"""{PLACES}
active token active
identifier token identifier:Identifier
name string name alias
partof reference partOf:Reference -> Organization
phonetic string name
type token type:CodeableConcept
""",
    "Location": f"""{PLACES}
identifier token identifier:Identifier
name string name alias
operational-status token operationalStatus:Coding
organization reference managingOrganization:Reference -> Organization
partof reference partOf:Reference -> Location
status token status:code
type token type:CodeableConcept
""",
    "Group": """
actual token actual
identifier token identifier:Identifier
type token type:code
""",
    "Encounter": f"""{ABOUT_PATIENTS}
class token class:Coding
date date period:Period
diagnosis reference diagnosis.condition:Reference -> Condition,Procedure
length quantity length:Quantity
location reference location.location:Reference -> Location
location-period date location.period:Period
part-of reference partOf:Reference -> Encounter
participant reference participant.individual:Reference -> Practitioner,PractitionerRole,RelatedPerson
participant-type token participant.type:CodeableConcept
practitioner reference participant.individual{{Practitioner}}:Reference -> Practitioner
reason-code token reasonCode:CodeableConcept
service-provider reference serviceProvider:Reference -> Organization
status token status:code
subject reference subject:Reference -> Group,Patient
type token type:CodeableConcept
""",
    "Observation": f"""{ABOUT_PATIENTS}
category token category:CodeableConcept
code token code:CodeableConcept
combo-code token code:CodeableConcept component.code:CodeableConcept
combo-value-concept token valueCodeableConcept:CodeableConcept component.valueCodeableConcept:CodeableConcept
combo-value-quantity quantity valueQuantity:Quantity component.valueQuantity:Quantity
component-code token component.code:CodeableConcept
component-value-concept token component.valueCodeableConcept:CodeableConcept
component-value-quantity quantity component.valueQuantity:Quantity
data-absent-reason token dataAbsentReason:CodeableConcept
date date effectiveDateTime effectiveInstant effectivePeriod:Period effectiveTiming:Timing
encounter reference encounter:Reference -> Encounter,EpisodeOfCare
has-member reference hasMember:Reference -> Observation,MolecularSequence,QuestionnaireResponse
performer reference performer:Reference -> Practitioner,Organization,CareTeam,Patient,PractitionerRole,RelatedPerson
status token status:code
subject reference subject:Reference -> Group,Device,Patient,Location
value-concept token valueCodeableConcept:CodeableConcept
value-date date valueDateTime valuePeriod:Period
value-quantity quantity valueQuantity:Quantity
value-string string valueString valueCodeableConcept.text
code-value-concept composite . & code:CodeableConcept & valueCodeableConcept:CodeableConcept
code-value-date composite . & code:CodeableConcept & valueDateTime valuePeriod:Period
code-value-quantity composite . & code:CodeableConcept & valueQuantity:Quantity
code-value-string composite . & code:CodeableConcept & valueString
combo-code-value-concept composite . component & code:CodeableConcept & valueCodeableConcept:CodeableConcept
combo-code-value-quantity composite . component & code:CodeableConcept & valueQuantity:Quantity
component-code-value-concept composite component & code:CodeableConcept & valueCodeableConcept:CodeableConcept
component-code-value-quantity composite component & code:CodeableConcept & valueQuantity:Quantity
""",
    "Condition": f"""{ABOUT_PATIENTS}
abatement-age quantity abatementAge:Quantity abatementRange:Range
abatement-date date abatementDateTime abatementPeriod:Period
abatement-string string abatementString
asserter reference asserter:Reference -> Practitioner,Patient,PractitionerRole,RelatedPerson
body-site token bodySite:CodeableConcept
category token category:CodeableConcept
clinical-status token clinicalStatus:CodeableConcept
code token code:CodeableConcept
encounter reference encounter:Reference -> Encounter
onset-age quantity onsetAge:Quantity onsetRange:Range
onset-date date onsetDateTime onsetPeriod:Period
onset-info string onsetString
recorded-date date recordedDate
severity token severity:CodeableConcept
subject reference subject:Reference -> Group,Patient
verification-status token verificationStatus:CodeableConcept
""",
    "Appointment": """
actor reference participant.actor:Reference -> Practitioner,Patient,Location,Device,HealthcareService
appointment-type token appointmentType:CodeableConcept
date date start
identifier token identifier:Identifier
location reference participant.actor{Location}:Reference -> Location
part-status token participant.status:code
patient reference participant.actor{Patient}:Reference -> Patient
practitioner reference participant.actor{Practitioner}:Reference -> Practitioner
service-type token serviceType:CodeableConcept
specialty token specialty:CodeableConcept
status token status:code
""",
    "MedicationRequest": f"""{ABOUT_PATIENTS}
authoredon date authoredOn
category token category:CodeableConcept
code token medicationCodeableConcept:CodeableConcept
date date dosageInstruction.timing.event
encounter reference encounter:Reference -> Encounter
intended-dispenser reference dispenseRequest.performer:Reference -> Organization
intent token intent:code
priority token priority:code
requester reference requester:Reference -> Practitioner,Organization,Device,Patient,PractitionerRole,RelatedPerson
status token status:code
subject reference subject:Reference -> Group,Patient
""",
    "RiskAssessment": f"""{ABOUT_PATIENTS}
condition reference condition:Reference -> Condition
encounter reference encounter:Reference -> Encounter,EpisodeOfCare
date date occurrenceDateTime
probability number prediction.probabilityDecimal prediction.probabilityRange:Range
risk token prediction.qualitativeRisk:CodeableConcept
subject reference subject:Reference -> Group,Patient
""",
    "ChargeItem": f"""{ABOUT_PATIENTS}
code token code:CodeableConcept
context reference context:Reference -> EpisodeOfCare,Encounter
entered-date date enteredDate
factor-override number factorOverride
occurrence date occurrenceDateTime occurrencePeriod:Period occurrenceTiming:Timing
price-override quantity priceOverride:Money
quantity quantity quantity:Quantity
subject reference subject:Reference -> Group,Patient
""",
    "CarePlan": f"""{ABOUT_PATIENTS}
based-on reference basedOn:Reference -> CarePlan
encounter reference encounter:Reference -> Encounter
condition reference addresses:Reference -> Condition
date date period:Period
instantiates-canonical reference instantiatesCanonical:canonical -> Questionnaire,Measure,PlanDefinition
instantiates-uri uri instantiatesUri
intent token intent:code
part-of reference partOf:Reference -> CarePlan
status token status:code
subject reference subject:Reference -> Group,Patient
""",
}

COMPARTMENTS = {
    "Patient": {
        "Patient": ("link",),
        "Encounter": ("patient",),
        "Observation": ("subject", "performer"),
        "Condition": ("patient", "asserter"),
        "Appointment": ("actor",),
        "MedicationRequest": ("subject",),
        "RiskAssessment": ("subject",),
        "ChargeItem": ("subject",),
        "CarePlan": ("patient",),
    },
    "Encounter": {
        "Encounter": (),
        "Observation": ("encounter",),
        "Condition": ("encounter",),
        "MedicationRequest": ("encounter",),
        "ChargeItem": ("context",),
        "CarePlan": ("encounter",),
    },
    "Practitioner": {
        "Patient": ("general-practitioner",),
        "Practitioner": (),
        "Encounter": ("practitioner", "participant"),
        "Observation": ("performer",),
        "Condition": ("asserter",),
        "Appointment": ("actor",),
        "MedicationRequest": ("requester",),
    },
}
"""Whose compartment -> type -> the parameters by which it is inside."""

IMPLICIT_SYSTEMS = {
    ("Patient", "gender"): "http://hl7.org/fhir/administrative-gender",
    ("Practitioner", "gender"): "http://hl7.org/fhir/administrative-gender",
    ("Group", "type"): "http://hl7.org/fhir/group-type",
    ("Location", "status"): "http://hl7.org/fhir/location-status",
    ("Encounter", "status"): "http://hl7.org/fhir/encounter-status",
    ("Observation", "status"): "http://hl7.org/fhir/observation-status",
    ("Appointment", "status"): "http://hl7.org/fhir/appointmentstatus",
    ("Appointment", "part-status"): "http://hl7.org/fhir/participationstatus",
    ("MedicationRequest", "status"): "http://hl7.org/fhir/CodeSystem/medicationrequest-status",
    ("MedicationRequest", "intent"): "http://hl7.org/fhir/CodeSystem/medicationrequest-intent",
    ("MedicationRequest", "priority"): "http://hl7.org/fhir/request-priority",
    ("CarePlan", "status"): "http://hl7.org/fhir/request-status",
    ("CarePlan", "intent"): "http://hl7.org/fhir/request-intent",
    **{
        (type, "address-use"): "http://hl7.org/fhir/address-use"
        for type in ("Patient", "Practitioner", "Organization", "Location")
    },
}
"""The system of a code that its required value set implies."""
