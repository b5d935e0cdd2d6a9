"""A shapes file that is right, to be made wrong in one way per test, and data for it."""

from __future__ import annotations

SHAPES = """# METADATA
# title: sample
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix s: <urn:shapes:> .

s:Dataset a sh:NodeShape ;
    sh:targetClass dcat:Dataset ;
    sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:uniqueLang true ; sh:message "a title is missing" ] ;
    sh:property [ sh:path dcat:distribution ; sh:node s:Distribution ; sh:minCount 1 ] .

s:Distribution a sh:NodeShape ;
    sh:property [ sh:path dcat:byteSize ; sh:datatype xsd:nonNegativeInteger ; sh:minCount 1 ] .
"""
OTHER = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix s: <urn:other:> .

s:Issued a sh:NodeShape ;
    sh:targetSubjectsOf dct:issued ;
    sh:property [ sh:path dct:issued ; sh:pattern "^20[0-9][0-9]$" ] .
s:Gone a sh:NodeShape ; sh:targetObjectsOf dct:isReplacedBy ; sh:nodeKind sh:IRI .
s:Node a sh:NodeShape ; sh:targetNode <urn:d:1> ; sh:nodeKind sh:IRI .
"""
CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
DATASET = {
    "@context": CONTEXT,
    "@graph": [
        {
            "@id": "urn:d:1",
            "@type": "dcat:Dataset",
            "dct:title": "x",
            "dct:issued": "2024",
            "dcat:distribution": {"@id": "urn:d:1:file"},
        }
    ],
}
DISTRIBUTION = {
    "@context": CONTEXT,
    "@graph": [{"@id": "urn:d:1:file", "dcat:byteSize": {"@value": "64", "@type": "xsd:nonNegativeInteger"}}],
}
BARE = {"@context": CONTEXT, "@graph": [{"@id": "urn:d:2", "@type": "dcat:Dataset", "dct:issued": "1999"}]}
