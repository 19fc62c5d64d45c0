"""The words from which names of adverse reactions are built, by the part they may play; nothing flows in.

Everyday medical English, put together by the project from knowledge of the language; no coding dictionary's terms are here, and no term
of several words: phrases are built by grammar in `reaction_phrases`.
"""

from theriac.labels.word_lists import word_set

REACTION = 1  # stands alone as a reaction: nausea, hepatitis
HEAD = 2  # names one with something before it: failure, disorder
MODIFIER = 4  # may stand before (or, inverted, after) a head: renal, allergic
BODY = 8  # a body part or function: may modify a head or follow "of"
MEASURE = 16  # something measured: creatinine, weight
CHANGE = 32  # what the measured thing did: increased, loss
FUNCTION = 64  # "liver function test": a measure only together with a word before it

_REACTIONS = """
onychoclasis urosepsis hysteria apoplexy erythroderma piloerection bronchopneumonia bronchiolitis obstipation excitement meningismus
photosensitization abasia abnormality abscess abscesses abortion abuse aches aching acne addiction adhesions aggravation aggression
aggressiveness agitation agranulocytosis akathisia allergy allergies laceration lacerations anorgasmia alopecia amenorrhea amnesia
anaphylaxis anemia anaemia aneurysm anger angina angioedema anhidrosis anorexia anuria anxiety apathy aphasia aphonia aplasia apnea apnoea
arrest arrhythmia arrhythmias arthropathy ascites asphyxia aspiration asthenia asthma astigmatism ataxia atelectasis atrophy azoospermia
bacteremia bacteraemia bedwetting belching bezoar bleed bleeding bleeds blindness blister blisters blistering bloating blushing boils
bradycardia breakthrough bronchospasm bruise bruises bruising bruxism bulimia bulla bullae burn burning burns bursitis cachexia calculi
calculus cancer cancers candida carcinoma cataplexy cataract cataracts catatonia chafing chalazion cheilitis chill chills chloasma
chloracne choking chorea clot clots clotting clumsiness coagulopathy cold colds coldness colic colitis collapse coma conjunctivitis
concussion confusion constipation contracture contractures contusion convulsion convulsions cough coughing cramp cramping cramps cravings
croup crying crusting cyanosis cyst cysts deafness death deaths decompensation deformity dehiscence dehydration delirium delusion
delusions dementia dependence depersonalization depersonalisation depression derealization dermatitis dermatosis desquamation diabetes
diaphoresis diarrhea diarrhoea diplopia disability discharge discoloration discolouration discomfort disinhibition dislocation
disorientation distension distention distress diuresis diverticulitis diverticulum dizziness drooling drowning drowsiness drowsy dry
dryness dysarthria dysentery dysesthesia dysfunction dysgeusia dyskinesia dyskinesias dyslexia dyslipidemia dysmenorrhea dyspareunia
dyspepsia dysphagia dysphonia dysphoria dyspnea dyspnoea dystocia dystonia dysuria ecchymoses ecchymosis ecchymotic eczema edema oedema
effusion effusions ejaculation embolism emboli embolus emotionality emphysema empyema encephalopathy endocarditis enuresis epilepsy
epistaxis erection erections erosion erosions eructation eruption eruptions erythema euphoria exanthem exanthema excoriation excoriations
exfoliation exophthalmos exostosis extrasystoles extravasation exudation faecaloma faint fainting faints fall falls fasciitis fatal
fatality fatalities fatigue febrile fever fevers fibrillation fibrosis fissure fissures fistula fistulas flaccidity flashback flatulence
flatus flaking floaters flu flash flashes flush flushes flushing flutter folliculitis forgetfulness fracture fractures furuncle furuncles
furunculosis gallstones galactorrhea gangrene gas gastritis gastroenteritis gingivitis giddiness glaucoma glossitis glycosuria goiter
goitre gout granuloma granulomas grimacing gynecomastia gynaecomastia haemorrhage haemorrhages hemorrhage hemorrhages hemorrhoids
haemorrhoids halitosis hallucination hallucinations hangover headache headaches heartburn heaviness hematemesis hematoma hematomas
haematoma hematuria hemolysis hemoptysis hepatitis hepatotoxicity hernia herpes hiccough hiccoughs hiccup hiccups hirsutism hives
hoarseness homicide hostility hunger hydrocephalus hydronephrosis hydrops hypersensitivity hypersensitivities ileus illusions
immunosuppression impetigo impotence impulsivity incontinence incoordination indigestion induration infarct infarction infarctions
infarcts infection infections infertility infestation infiltrates infiltration inflammation influenza injuries injury insomnia
insufficiency intoxication intussusception irritability irritation ischaemia ischemia itch itching itchiness jaundice jitteriness jittery
keratitis ketoacidosis ketosis lacrimation laryngitis laryngospasm lethargy leukemia leukaemia leukorrhea leucorrhea lichenification
lightheadedness light-headedness listlessness lump lumps lupus lymphadenopathy lymphangitis lymphedema lymphoma lymphomas maceration
malabsorption malaise malformation malformations malignancies malignancy malnutrition mania mastitis mastodynia melanoma melasma melena
melaena meningitis meningism menorrhagia meteorism metrorrhagia micturition migraine migraines milia miosis miscarriage miscarriages
moniliasis mortality mucositis mutism myalgia myasthenia mydriasis myoclonus myopathy myopia myositis narcolepsy nasopharyngitis nausea
necrosis neoplasm neoplasms nephritis nephrolithiasis nephropathy nephrotoxicity nervousness neuralgia neuritis neuropathy neurotoxicity
neutropenia nightmare nightmares nocturia nodule nodules numbness nystagmus obesity obstruction occlusion oligohydramnios oligospermia
oliguria onycholysis onychomadesis opisthotonus orchitis orgasm osteomyelitis osteonecrosis osteopenia osteoporosis otitis ototoxicity
overdose overdoses oversedation overstimulation pain painful pains palenness pallor palpitation palpitations palsy pancreatitis
pancytopenia panic papilledema papule papules paraesthesia paraesthesias paralysis paranoia paraparesis paraplegia paresis paresthesia
paresthesias parkinsonism parosmia peeling pemphigoid pemphigus perforation perforations pericarditis peritonitis petechia petechiae
pharyngitis phlebitis phlebothrombosis phobia photophobia photopsia photosensitivity phototoxicity pigmentation pimples pleurisy pneumonia
pneumonias pneumonitis pneumothorax pollakiuria polydipsia polymenorrhea polyp polyps polyuria porphyria postnasal pregnancy premalignant
presyncope pre-syncope priapism prickling proctalgia proctitis prolapse prostatitis prostration proteinuria pruritis pruritus pseudotumor
psoriasis psychoses psychosis ptosis puffiness purpura pustule pustules pyelonephritis pyrexia pyrosis pyuria rage rales rash rashes
redness reflux regurgitation restlessness retching retinopathy rhabdomyolysis rhinitis rhinorrhea rhinorrhoea rhonchi rigidity rigor
rigors rosacea rupture ruptures salivation scab scabbing scabs scaling scar scarring scars sciatica scleroderma scleritis seborrhea
sedation seizure seizures sensitization sensitisation sepsis septicemia septicaemia shakiness shaking shingles shivering shock
sialadenitis sinusitis sleepiness slurring sneezing snoring somnambulism somnolence soreness spasm spasms spasticity spotting sputum
squint stasis steatosis stenosis stiffness stillbirth stinging stomatitis strabismus stridor stroke strokes stupor stye suicidality
suicide suicides sunburn suppuration sweat sweating sweats swelling swellings swollen syncope synovitis tachyarrhythmia tachyarrhythmias
tachycardia tachypnea tearfulness tearing telangiectasia telangiectasias tenderness tendinitis tendonitis tenesmus tenosynovitis
teratogenicity tetany thirst thromboembolism thromboembolic thrombophlebitis thrombosis thromboses thrombus thrush thyroiditis tic tics
tightness tingling tinnitus tiredness tolerance tonsillitis toothache torticollis toxicities toxicity trachyonychia trauma tremor tremors
tremulousness trismus tuberculosis tumor tumors tumour tumours twitch twitching twitches typhlitis ulcer ulceration ulcerations ulcers
unconsciousness unresponsiveness unsteadiness uremia uraemia urticaria uveitis vaginitis vaginosis varicella varices vasculitis
vasoconstriction vasodilatation vasodilation vasospasm vertigo vesicles vesiculation viremia viraemia virilism vitiligo vomiting
vulvovaginitis warts wart weakness weal weals wheal wheals wheezing wheeze withdrawal worms wounds wound xeroderma xerophthalmia xerosis
xerostomia yawning zoster pneumocystis aspergillosis sarcoidosis leukopenia mesothelioma sarcoma teratoma ptyalism stupors gagging hypoxia
anoxia hypoxemia hypercapnia acidosis alkalosis azotemia dysmorphism microcephaly tachyphylaxis nephrosis listeria listeriosis legionella
mucormycosis histoplasmosis blastomycosis coccidioidomycosis cryptococcosis toxoplasmosis cellulitis erysipelas gastroparesis clonus
hyperreflexia hypochondriasis akinesia bradykinesia tetraplegia quadriplegia hemiparesis hemiplegia antisocial somnolent anaphylactoid
lipodystrophy lipoatrophy lipohypertrophy cellulite polyneuropathy mononeuropathy radiculopathy myelopathy scotoma hemianopia nyctalopia
tachyphrenia anisocoria blepharitis blepharospasm ectropion entropion iritis iridocyclitis fibroids endometriosis menopause oligomenorrhea
vaginismus orchialgia pyoderma paronychia onychomycosis tinea ringworm intertrigo lentigo keratosis keratoses keratoacanthoma papilloma
papillomas striae stria poikiloderma nevus nevi aggressive suicidal homicidal self-harm overdosage misuse crises crisis exacerbation
exacerbations relapse flare flares worsening aggravated reactivation recurrence carcinomas sarcomas melanomas fasciculations fasciculation
hyperacusis anosmia ageusia hypogeusia otorrhea otalgia deafened phonophobia presbyopia paraphimosis phimosis dyschezia encopresis
steatorrhea coprolalia decubitus deconditioning sneezes itchy hemorrhagic dysrhythmia dysrhythmias asystole anasarca lassitude
apprehension stuttering hemoperitoneum hemothorax engorgement anhedonia myelosuppression stricture strictures welts microhemorrhage dvt
vte ild sjs nms pml uti utis gerd copd chf siadh dic tia tias
"""

_HEADS = """
state states diathesis tendency tendencies stimulation irregularity irregularities leak casts coagulation anomaly anomalies defect defects
excitation facies catarrh disorder disorders disease diseases failure reaction reactions syndrome event events episode episodes attack
attacks accident accidents impairment impairments disturbance disturbances lesion lesions damage complication complications symptom
symptoms illness problem problems abnormalities change changes deficiency deficiencies deficit deficits block blocks breakdown hardening
thickening thinning loosening cracking ideation thoughts behavior behaviors behaviour behaviours attempt attempts feeling feelings mood
dreams dream sensation growth hypertrophy dilation dilatation enlargement retention urgency frequency hesitation hesitancy delay stone
stones bite bites sting shedding splitting ridging breakage depigmentation rejection dystrophy degeneration detachment tear tears opacity
opacities deposits deposit separation narrowing closure hemolytic mass masses formation overgrowth colonization phenomenon
neovascularization rub crepitus murmur instability stiffening torsade torsades pointes clonic paralyses hardness secretion secretions
congestion congested drip emergency emergencies compression entrapment aspirations dissection fibrosing collapsed consciousness breathing
breath swallowing urination bowel stools stool disruption dysregulation suppression depletion overload imbalance intolerance inhibition
exhaustion excess deprivation discolored discoloured blanching bumps spots patches plaques poisoning hemarthrosis lability perversion
marrow dependency abnormal psychotic anaphylactic discontinuation fluctuations fluctuation conduction contractions contraction
incompetence recession swings status aura
"""

_MODIFIERS = """
drug hemorrhoidal haemorrhoidal epidermal confusional cogwheel lichen cns cytokine release fulminant virus syncytial degree branch
exanthematous dystonic csf conjugated slurred petechial scleral subclavian pitting hiatal ruptured radiation erythrodermic megaloblastic
fibrocystic ulcerative fatty pigmented hypnagogic labyrinth phobic cholinergic oculomotor bitter peculiar first second third heinz
escherichia klebsiella pseudomonas enterococcal haemophilus parainfluenza rhinovirus adenovirus nephrotic gynecological essential post
stevens johnson epileptic epilepticus nodosa obliterans sclerosus rheumatica completed attempted motion intercostal costovertebral
organizing color thought perceptual regenerative abdominal ablative absent related like alkaline alanine aspartate gamma activated nos
pectoris accidental acneiform actinic active acute adrenal adrenocortical allergic alveolar anal anaphylactic anaphylactoid angle
anogenital anterior antibiotic-associated anticholinergic aortic aphthous aplastic application aseptic arterial arteriosclerotic articular
aspiration asthmatic asymptomatic atopic atrial atrioventricular atypical auditory auricular autoimmune autonomic av axillary back
bacterial balance basal benign bilateral biliary bipolar bladder blood blurred bone brain breakthrough breast bronchial bronchitic bulbar
bullous bundle burning capillary cardiac cardiogenic cardiopulmonary cardiorespiratory cardiovascular carpal catheter central cerebellar
cerebral cerebrovascular cervical chest cholestatic choroidal chronic circulatory clostridial cognitive cold complete compulsive
congenital congestive conjunctival constrictive contact convulsive corneal coronary cortical costal cranial crohn's cutaneous cystic
cystoid cytomegalovirus deep delayed delusional demyelinating dental depressed depressive dermal dermatologic dermatological diabetic
diastolic diffuse difficult difficulty digital disseminated disturbed drug-induced dry duodenal dysfunctional ear early eating ectopic
ejaculatory embolic emotional endocrine endometrial enteric eosinophilic epigastric erectile erythematous esophageal oesophageal excessive
exercise exertional exfoliative extrapyramidal extrasystolic eye eyelid facial faecal fecal fat female fetal foetal fibrotic first-degree
fixed flu-like flu focal foot frontal fungal gait gall gallbladder gastric gastro-oesophageal gastroesophageal gastrointestinal general
generalised generalized genital genitourinary gestational gi gingival glomerular graft grand granulomatous grand-mal great gum guttate
haematologic haematological haemolytic haemorrhagic hair hand hand-foot head hearing heart heat heavy hematologic hematological
hematopoietic hemodynamic hemolytic hemorrhagic heparin-induced hepatic hepatobiliary hepatocellular herpetic hip hormonal hot hyperacute
hyperglycemic hyperosmolar hypersensitivity hypertensive hypertrophic hypoglycemic hypotensive hypothalamic hypovolemic hypoxic iatrogenic
idiopathic iliac immune immune-mediated immunologic impaired implant implantation impulse inadequate inappropriate incomplete incisional
increased infected infectious inflamed inflammatory infusion infusion-related infusion-site inguinal inhalation injection injection-site
injury inner insect interstitial intermenstrual intestinal intra-abdominal intracerebral intracranial intraocular intraoperative
intravascular intraventricular involuntary iron irregular irritable ischaemic ischemic joint labile labyrinthine lactic large laryngeal
lateral leaky left leukemoid leukocytoclastic libido lichenoid limb linear lip liver local localised localized loose low lower lung
lupus-like lymph lymphatic lymphocytic lymphoproliferative macular maculo-papular maculopapular major male malignant manic meningeal
menopausal menstrual mental mesenteric metabolic metabolism metallic microangiopathic microvascular mitral mixed morbilliform motor mouth
mucocutaneous mucosal mucous multi-organ multiorgan multifocal multiple muscle muscular musculoskeletal mycobacterial myelodysplastic
myocardial myoclonic nail nasal neck necrotic necrotising necrotizing neonatal nephrogenic nerve nervous neural neuroleptic neurologic
neurological neuromuscular neuropathic neuropsychiatric neurotoxic neutropenic night nightmare nipple nocturnal nodal nodular non-cardiac
non-melanoma non-productive nonspecific non-specific noncardiac nonfatal nonhemorrhagic nose obsessive obsessive-compulsive obstructive
occipital ocular oculogyric oncogenic opportunistic optic oral orbital organ oropharyngeal orthostatic osmotic osteoporotic otic ovarian
pancreatic panic papular paradoxical paralytic paranoid paranasal parasitic parathyroid paravertebral parkinsonian parotid paroxysmal
partial pathological pathologic peptic pelvic penile perianal pericardial perineal periodontal perioral periorbital peripheral peritoneal
persecutory personality petit phantom pharyngeal pharyngolaryngeal photosensitive photosensitivity physical pigment pituitary plantar
pleural pleuritic pneumococcal pneumocystis polycystic polymorphic poor portal positional post-procedural post-surgical post-injection
post-traumatic postdural posterior postmenopausal postoperative postpartum postural precancerous premature premenstrual pressured
procedural progressive productive prostate prostatic protein protracted pruritic pseudomembranous psychiatric psychogenic psychological
psychomotor psychotic pulmonary purpuric pustular pyogenic rapid rebound rectal recurrent red refractive renal reproductive respiratory
restless restrictive retinal retrobulbar retroperitoneal retrograde reversible rheumatoid right runny sacral salivary scalp scrotal
sebaceous seasonal secondary sensorimotor sensorineural sensory septal septic seronegative serotonin serous serum sexual short sick sickle
sinoatrial sinus site skeletal skin sleep slow small soft-tissue solar somatic spastic sphincter spinal spontaneous squamous
staphylococcal stasis status sterile stiff stomach stress stress-related stiff-person streptococcal stuffy subarachnoid subconjunctival
subcutaneous subdural sudden suicidal superficial superior supraventricular surgical swollen symptomatic synovial systemic systolic
tardive taste temporal temporomandibular tendon tension testicular thermal third-degree thoracic throat thrombocytopenic thromboembolic
thrombotic thyroid tonic-clonic tongue tooth toxic tracheal transaminase transfusion transient transitional traumatic tubular tumor type
tubulointerstitial unable umbilical unilateral unstable upper ureteral urethral urinary urogenital uterine vaginal valvular varicose
vascular vaso-occlusive vasomotor vasovagal venous ventricular vesicular vestibular violent viral visceral visual vitreous vocal voice
volume vulval vulvar vulvovaginal walking watery weight white wound yeast yellow acid-base a-v community-acquired ventilator-associated
catheter-related device-related transfusion-related treatment-related immune-related skin-related hepatosplenic t-cell b-cell
graft-versus-host host-versus-graft non-hodgkin's hodgkin's cushing's cushingoid raynaud's stevens-johnson guillain-barre guillain-barré
bell's fournier's peyronie's meniere's kaposi's merkel lyell's sweet's hashimoto's graves' parkinson's alzheimer's tourette's fanconi
sjogren's addisonian antiphospholipid torsade torsades qt qtc st-t pr qrs st-segment t-wave bundle-branch vitamin b12
prickling crawling tingling throbbing pounding dull sharp blunted flat elevated clammy cracked chapped dilated constricted sensitive sore
itchy tender ringing broken brittle ingrown exfoliating scaly crusty weeping thin thick thickened alcohol salt sodium potassium water
fluid electrolyte device product needle vehicle tube stoma line administration instillation applied nasogastric gambling hypersexual
hypomanic psychopathic abnormal altered decreased diminished disrupted disordered uncontrolled uncontrollable deficient defective vivid
bad strange hepatitis cmv hiv hpv ebv bk jc pml candidal influenza-like cold-like rotavirus herpes varicella-zoster congenita fetalis
mellitus insipidus simplex zoster multiforme nodosum gravis vulgaris areata totalis universalis bullosa fugax tremens planus pilaris rosea
sicca nigricans alba vera media externa interna perforans versicolor corporis pedis cruris capitis fulminans proliferans pigmentosa
profunda neonatorum medicamentosa senilis gangrenosum sacculated primary glycosylated erythematosus cerebri intermittent infective
clostridium difficile venoocclusive veno-occlusive foreign tunnel palmar cor pulmonale cutanea tarda livedo reticularis herpetiformis
masked sjogren’s raynaud’s lobar gouty
"""

_BODY = """
thinking menstruation menses accommodation exertion emptying urine stool feces thoughts learning judgment vision abdomen airway airways
ankle ankles anus arm arms arteries artery axilla back bladder body bone bones bowel brain breast breasts bronchi buttock buttocks calf
cartilage cheek cheeks chest colon conjunctiva cornea ear ears elbow esophagus oesophagus extremities extremity eye eyelid eyelids eyes
eyebrow eyelash eyelashes face feet fingernail fingernails finger fingers flank foot foreskin forehead gallbladder genitalia groin gum
gums hair hand hands head heart heel hip hips intestine intestines jaw joint joints kidney kidneys knee knees larynx leg legs lens
ligament limb limbs lip lips liver lung lungs lymph mouth mucosa muscle muscles nail nails neck nerve nerves nipple nipples node nodes
nose ovary pancreas pelvis penis pharynx prostate pupil pupils rectum retina rib ribs sac scalp scrotum shoulder shoulders skin skull sole
soles spine spleen stomach tendon tendons testes testicle testicles testis thigh throat thyroid toe toenail toes tongue tonsil tooth tract
trunk ureter urethra uterus vagina vein veins vessel vessels vulva wrist tissue tissues membrane membranes site cord nasopharynx macula
valve organ organs duct ducts gland glands palms consciousness breath appetite balance coordination memory concentration attention hearing
taste smell sensation speech voice sleep gait libido strength sensory control interest movement perception field fields disc rhythm mucus
posture
"""

_MEASURES = """
color colour qt qtc qrs pr hr psa acth fsh lh aptt ptt alanine aspartate thromboplastin cell cells time alp transpeptidase alt ast sgot
sgpt ggt gamma-glutamyltransferase gamma-glutamyl transferase transferases cpk ck creatine creatinine phosphokinase kinase bun urea
bilirubin albumin albuminuria aminotransferase aminotransferases transaminase transaminases phosphatase dehydrogenase ldh amylase lipase
lipases cholesterol triglyceride triglycerides lipid lipids ldl hdl lipoprotein glucose sugar hba1c hemoglobin haemoglobin hematocrit
haematocrit platelet platelets leukocyte leukocytes lymphocyte lymphocytes neutrophil neutrophils eosinophil eosinophils monocytes
monocyte basophils wbc anc rbc leucocytes thrombocytes reticulocyte reticulocytes count counts calcium potassium sodium magnesium
phosphate phosphorus bicarbonate chloride uric acid urate ferritin iron transferrin cortisol prolactin testosterone estradiol estrogen tsh
thyroxine t3 t4 insulin pth hormone thyrotropin immunoglobulin immunoglobulins ige igg antibody antibodies autoantibodies weight appetite
temperature pressure iop bp pulse rate inr prothrombin prothrombin-time fibrinogen clotting coagulation d-dimer esr crp c-reactive protein
proteins enzyme enzymes troponin bnp interval lvef ejection fraction output clearance egfr gfr filtration density bmd ecg
electrocardiogram ekg electroencephalogram eeg libido sweating salivation lacrimation urination micturition thirst sensitivity tone
perspiration activity tolerance acuity secretion mobility reflexes reflex sperm height growth fertility saturation oxygen ammonia lactate
hematocrits electrolytes hemoglobins volume level levels concentration saliva
"""

_CHANGES = """
swollen enlarged painful sore watery stuffy runny blurred slurred burning cracked lowering increased decreased elevated raised lowered
reduced increase increases decrease decreases elevation elevations reduction reductions rise rises fall falls drop loss gain abnormal
abnormality abnormalities changed change changes altered alteration alterations prolonged prolongation shortened shortening positive low
high lower higher disturbance disturbances impaired impairment fluctuation fluctuations lability depression depressed diminished
deficiency excess excessive poor worsening deterioration hyper slowing increasing decreasing depletion variations blurry clouded slowed
"""

_FUNCTIONS = "function functions test tests testing marker markers panel titer titers studies values value chemistry"

# Words that the list above holds for phrases only: alone they are no reaction.
_ONLY_IN_PHRASES = word_set(
    """
    abnormality aggravated aggravation aggressive antisocial arrest breakthrough cold discharge ejaculation emotionality exacerbation
    exacerbations febrile hemorrhagic sputum worsening postnasal premalignant pregnancy recurrence relapse flare flares reactivation
    homicidal erection orgasm micturition dysfunction collapse anaphylactoid candida tolerance trauma wound wounds worms gas suicidal
    ecchymotic painful swollen thromboembolic withdrawal drowning fall menopause tic clotting stasis infestation salivation lacrimation
    pigmentation flutter listeria legionella pneumocystis overdose overdoses overdosage abuse misuse dependence addiction mass masses
    """
)


def listed_parts() -> dict[str, int]:
    """Every listed word with its parts put together: "burning" is a reaction and a modifier."""
    parts: dict[str, int] = {}
    lists = (
        (_REACTIONS, REACTION),
        (_HEADS, HEAD),
        (_MODIFIERS, MODIFIER),
        (_BODY, BODY),
        (_MEASURES, MEASURE),
        (_CHANGES, CHANGE),
        (_FUNCTIONS, FUNCTION),
    )
    for words, part in lists:
        for word in words.split():
            parts[word] = parts.get(word, 0) | part
    for word in _ONLY_IN_PHRASES:
        if word in parts:
            parts[word] = (parts[word] & ~REACTION) | HEAD
    return parts
